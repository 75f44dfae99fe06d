/** Every ndctl verb, in the order in which the tool lists them. */
import { type AnyCommand } from "../language/command.ts";
import { activateFirmware, startScrub, waitScrub } from "./bus_verbs.ts";
import { checkNamespace } from "./check_namespace.ts";
import { clearErrors } from "./clear_errors.ts";
import { createNamespace } from "./create_namespace.ts";
import { createNfitVerb } from "./create_nfit.ts";
import { disableDimm, enableDimm } from "./dimm_driver_verbs.ts";
import { checkLabels, initLabels } from "./init_labels.ts";
import { injectError } from "./inject_error.ts";
import { injectSmart } from "./inject_smart.ts";
import { list } from "./list.ts";
import { loadKeys } from "./load_keys.ts";
import { mainVerbs } from "./main_verb.ts";
import { monitor } from "./monitor.ts";
import { destroyNamespace, disable, enable } from "./namespace_verbs.ts";
import { readInfoblock } from "./read_infoblock.ts";
import { readLabels } from "./read_labels.ts";
import { disableRegion, enableRegion } from "./region_verbs.ts";
import {
  freezeSecurity,
  removePassphrase,
  sanitizeDimm,
  setupPassphrase,
  updatePassphrase,
  waitOverwrite,
} from "./security_verbs.ts";
import { updateFirmware } from "./update_firmware.ts";
import { writeInfoblock } from "./write_infoblock.ts";
import { writeLabels, zeroLabels } from "./write_labels.ts";

const verbs: readonly AnyCommand[] = [
  enable,
  disable,
  createNamespace,
  destroyNamespace,
  readInfoblock,
  writeInfoblock,
  checkNamespace,
  clearErrors,
  enableRegion,
  disableRegion,
  enableDimm,
  disableDimm,
  zeroLabels,
  readLabels,
  writeLabels,
  initLabels,
  checkLabels,
  injectError,
  updateFirmware,
  injectSmart,
  waitScrub,
  activateFirmware,
  startScrub,
  setupPassphrase,
  updatePassphrase,
  removePassphrase,
  freezeSecurity,
  sanitizeDimm,
  loadKeys,
  waitOverwrite,
  list,
  monitor,
];

const verbNames = (): string[] => ["version", ...verbs.map(({ name }) => name[1]!), "help"];

/** The tool does not list `create-nfit`. */
export const ndctlCommands: readonly AnyCommand[] = [...mainVerbs("ndctl", verbNames), ...verbs, createNfitVerb];
