/** QEMU's part: where vNVDIMMs lie in the guest, the tables that say so, and the services behind them. */
export { type AcpiProfile, type DeviceModelProcess, type DeviceModelState, type NvdimmDevice } from "./state.ts";
