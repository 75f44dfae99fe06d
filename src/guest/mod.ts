/** What a guest finds: its memory map, its tables, its kernel's view, loads and stores. */
export { Guest, type GuestParts } from "./guest.ts";
export { bootId, forgetGuest, type GuestState } from "./state.ts";
export { type E820Entry, type E820Type, memoryMap } from "./memory_map.ts";
export { type AcpiTable, type LoadedTables, loadTables } from "./firmware_tables.ts";
export { type LoadFault } from "./table_loader.ts";
export { type AcpiDevices, acpiDevices } from "./acpi_devices.ts";
export { GuestFirmware, type GuestMachine } from "./guest_firmware.ts";
