/** QEMU's part: where vNVDIMMs lie in the guest, the tables that say so, and the services behind them. */
export { type DeviceModelParts, DeviceModels } from "./device_models.ts";
export { bootNfit, bootSsdt, childHandles, currentFit, describedDevice, fwCfgFiles } from "./fw_cfg.ts";
export { deviceWindow, place } from "./placement.ts";
export { startProcess } from "./process.ts";
export { type AcpiProfile, type DeviceModelProcess, type DeviceModelState, type NvdimmDevice } from "./state.ts";
