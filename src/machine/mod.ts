/** The hardware: DIMM media, the SPA decoder with its interleave, firmware's `_DSM` and label methods. */
export { Machine } from "./machine.ts";
export { type NewDimm, nfitNow, plugDimm, type PlugFault, type PluggedDimm, selfTest } from "./hot_plug.ts";
export { readPages, writePages } from "./media.ts";
export { type Location } from "./spa_decoder.ts";
export {
  type CpuFacts,
  type DimmFacts,
  type DsmFamily,
  HEALTHY,
  type MachineFacts,
  type MachineState,
  type Poison,
  type RootFacts,
  type SmartFacts,
  type SmartInjection,
} from "./state.ts";
