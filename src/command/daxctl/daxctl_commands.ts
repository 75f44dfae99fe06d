/** Every daxctl verb, in the order in which the tool lists them. */
import { type AnyCommand } from "../language/command.ts";
import { mainVerbs } from "../ndctl/main_verb.ts";
import {
  createDevice,
  destroyDevice,
  disableDevice,
  enableDevice,
  offlineMemoryVerb,
  onlineMemoryVerb,
} from "./device_state_verbs.ts";
import { list } from "./list.ts";
import { migrateDeviceModel, splitAcpi } from "./platform_verbs.ts";
import { reconfigureDevice } from "./reconfigure.ts";

const verbs: readonly AnyCommand[] = [
  list,
  splitAcpi,
  migrateDeviceModel,
  createDevice,
  destroyDevice,
  reconfigureDevice,
  onlineMemoryVerb,
  offlineMemoryVerb,
  disableDevice,
  enableDevice,
];

/** `help` comes after `list`. */
const verbNames = (): string[] => {
  const [first, ...rest] = verbs.map(({ name }) => name[1]!);
  return ["version", first!, "help", ...rest];
};

export const daxctlCommands: readonly AnyCommand[] = [...mainVerbs("daxctl", verbNames), ...verbs];
