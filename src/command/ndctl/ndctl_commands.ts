/** Every ndctl verb, in the order in which the tool lists them. */
import { type AnyCommand } from "../language/command.ts";
import { createNamespace } from "./create_namespace.ts";
import { disableDimm, enableDimm } from "./dimm_driver_verbs.ts";
import { checkLabels, initLabels, readLabels, writeLabels, zeroLabels } from "./label_verbs.ts";
import { list } from "./list.ts";
import { mainVerbs } from "./main_verb.ts";
import { destroyNamespace, disable, enable } from "./namespace_verbs.ts";
import { disableRegion, enableRegion } from "./region_verbs.ts";

const verbs: readonly AnyCommand[] = [
  enable,
  disable,
  createNamespace,
  destroyNamespace,
  enableRegion,
  disableRegion,
  enableDimm,
  disableDimm,
  zeroLabels,
  readLabels,
  writeLabels,
  initLabels,
  checkLabels,
  list,
];

const verbNames = (): string[] => ["version", ...verbs.map(({ name }) => name[1]!), "help"];

export const ndctlCommands: readonly AnyCommand[] = [...mainVerbs("ndctl", verbNames), ...verbs];
