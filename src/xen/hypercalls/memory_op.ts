/** memory_op: the command register holds the operation and how far it has got. */
import { splitMemoryCommand, XENMEM } from "../../abi/mod.ts";
import { type Call, failed, type Outcome } from "../call.ts";
import { type Core } from "../core.ts";
import { commandOf } from "./gates.ts";
import { runPopulatePhysmap } from "./populate_physmap.ts";
import { runPopulatePmemMap } from "./populate_pmem_map.ts";

type Handler = (core: Core, call: Call, progress: bigint) => Outcome;

const HANDLERS: Readonly<Record<number, Handler>> = {
  [XENMEM.populate_physmap]: runPopulatePhysmap,
  [XENMEM.populate_pmem_map]: runPopulatePmemMap,
};

export function memoryOpCall(core: Core, call: Call): Outcome {
  const command = commandOf(call.frame);
  const { op, done } = splitMemoryCommand(command ?? 0n);
  const handler = command === undefined ? undefined : HANDLERS[op];
  return handler ? handler(core, call, done) : failed("ENOSYS", call.frame);
}
