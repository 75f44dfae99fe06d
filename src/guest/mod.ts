/** What a guest finds: its memory map, its tables, its kernel's view, loads and stores. */
export { Guest, type GuestParts } from "./guest.ts";
export { type GuestState } from "./state.ts";
export { type E820Entry, type E820Type, memoryMap } from "./memory_map.ts";
export { type GuestTables, type LoadFault, loadTables } from "./tables.ts";
export { type AcpiDevices, acpiDevices } from "./acpi_devices.ts";
