/**
 * `ndctl sanitize-dimm`, `wait-overwrite`, `freeze-security` and the passphrase verbs. dom0's key rings and key files are not
 * modeled: there are no keys, as on a dom0 where nobody made any.
 * Source: ndctl `ndctl/dimm.c` action_*_passphrase, action_sanitize_dimm, …; `ndctl/keys.c`.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { dimmOptions, dimmVerb, nmems } from "./dimm_verbs.ts";
import { rebindDimm } from "./dimm_driver_verbs.ts";
import { reportLostLabels, wholeArea } from "./label_area.ts";
import { flag, text } from "./parse_options.ts";
import { reason, type Talk } from "./talk.ts";

const masterOptions = {
  ...dimmOptions,
  masterPassphrase: flag("m", "master-passphrase", "the master passphrase"),
} as const;
const keyOptions = {
  ...dimmOptions,
  keyHandle: text("k", "key-handle", "key-handle", "the key that protects the passphrase: TYPE:NAME"),
  masterPassphrase: masterOptions.masterPassphrase,
} as const;
const sanitizeOptions = {
  ...masterOptions,
  cryptoErase: flag("c", "crypto-erase", "give the medium a new key (the default)"),
  overwrite: flag("o", "overwrite", "overwrite data and labels"),
  zeroKey: flag("z", "zero-key", "with a passphrase of zeros"),
} as const;

const usage = "<nmem0> [<nmem1>..<nmemN>] [<options>]";
const KEYS = "/etc/ndctl/keys";
const HOSTNAME = "dom0";

/** -EOPNOTSUPP where firmware has no security functions. */
function supported(dom0: Dom0, dimm: DimmView, talk: Talk): Result<void, Errno> {
  if (dom0.dimm(dimm.number).security()) return ok();
  talk.error(`${dimm.name}: security operation not supported`);
  return err("EOPNOTSUPP");
}

export const setupPassphrase = dimmVerb({
  verb: "setup-passphrase",
  summary: "Set a DIMM's passphrase; there are no keys here to set it with",
  usage,
  effect: "reads",
  table: keyOptions,
  summarise: (count) => `passphrase enabled for ${nmems(count)}.`,
  act: (dom0, dimm, { keyHandle }, talk) =>
    supported(dom0, dimm, talk).andThen(() =>
      keyHandle === undefined ? err<void, Errno>("EINVAL") : noSuchKey(keyHandle, talk)
    ),
});

export const updatePassphrase = dimmVerb({
  verb: "update-passphrase",
  summary: "Change a DIMM's passphrase; there are no keys here to change it with",
  usage,
  effect: "reads",
  table: keyOptions,
  summarise: (count) => `passphrase updated for ${nmems(count)}.`,
  act: (dom0, dimm, { keyHandle }, talk) =>
    supported(dom0, dimm, talk).andThen(() =>
      keyHandle === undefined ? err<void, Errno>("ENOKEY") : noSuchKey(keyHandle, talk)
    ),
});

export const removePassphrase = dimmVerb({
  verb: "remove-passphrase",
  summary: "Take a DIMM's passphrase away; there are no keys here",
  usage,
  effect: "reads",
  table: masterOptions,
  summarise: (count) => `passphrase removed for ${nmems(count)}.`,
  act: (dom0, dimm, { masterPassphrase }, talk) =>
    supported(dom0, dimm, talk).andThen(() => noKeyFile(dimm, masterPassphrase, true, talk)),
});

export const freezeSecurity = dimmVerb({
  verb: "freeze-security",
  summary: "Forbid changes of a DIMM's security until the power goes",
  usage,
  effect: "writes",
  table: dimmOptions,
  summarise: (count) => `security froze ${nmems(count)}.`,
  act: (dom0, dimm, _options, talk) =>
    supported(dom0, dimm, talk).andThen(() =>
      dom0.store(dimm.name, "security", "freeze").mapErr((errno) => {
        talk.error(`Failed to freeze security for ${dimm.name}`);
        return errno;
      })
    ),
});

export const sanitizeDimm = dimmVerb({
  verb: "sanitize-dimm",
  summary: "Erase a DIMM: -z with a key of zeros, -o by overwriting",
  usage,
  effect: "destroys",
  table: sanitizeOptions,
  summarise: (count, { overwrite }) =>
    overwrite ? `overwrite issued for ${nmems(count)}.` : `sanitized ${nmems(count)}.`,
  act(dom0, dimm, { cryptoErase, overwrite, zeroKey, masterPassphrase }, talk) {
    const may = supported(dom0, dimm, talk);
    if (may.isErr()) return may;
    if (overwrite && masterPassphrase) {
      talk.error(`${dimm.name}: overwrite does not support master passphrase`);
      return err("EINVAL");
    }
    const erases = cryptoErase || !overwrite;
    const erased = erases
      ? (zeroKey ? ok<void, Errno>(undefined) : noKeyFile(dimm, masterPassphrase, true, talk))
        .andThen(() => wipe(dom0, dimm, "erase", "crypto erase", talk))
      : ok<void, Errno>(undefined);
    if (erased.isErr() || !overwrite) return erased;
    return noKeyFile(dimm, false, false, talk)
      .andThen(() => wipe(dom0, dimm, "overwrite", "overwrite", talk))
      .andThen(() => rebindDimm(dom0, dimm, talk));
  },
});

export const waitOverwrite = dimmVerb({
  verb: "wait-overwrite",
  summary: "Wait until a running overwrite is over",
  usage,
  effect: "writes",
  table: dimmOptions,
  act: (dom0, dimm, { verbose }, talk) =>
    supported(dom0, dimm, talk).map(() => {
      if (dom0.dimm(dimm.number).waitOverwrite() && verbose) talk.say(`${dimm.name}: overwrite completed.\n`);
    }),
});

function wipe(
  dom0: Dom0,
  dimm: DimmView,
  command: "erase" | "overwrite",
  what: string,
  talk: Talk,
): Result<void, Errno> {
  const area = wholeArea(dom0, dimm);
  if (area.isOk()) reportLostLabels(dom0, dimm, area.value);
  return dom0.store(dimm.name, "security", `${command} 0\n`).mapErr((errno) => {
    talk.say(`Failed ${what} for ${dimm.name}\n`);
    return errno;
  });
}

function noSuchKey(handle: string, talk: Talk): Result<void, Errno> {
  const [type, name] = handle.split(":").filter((part) => part !== "");
  if (type !== "trusted" && type !== "user") talk.say(`No such key type: ${type ?? ""}`);
  else talk.say(name === undefined ? "No description found for kek handle\n" : "No key encryption key found\n");
  return err("EINVAL");
}

/** Looks for the key's file. Where none is `needed`, not finding it is fine. */
function noKeyFile(dimm: DimmView, master: boolean, needed: boolean, talk: Talk): Result<void, Errno> {
  if (dimm.active) talk.say(`regions active on ${dimm.name}, op failed\n`);
  else {
    const path = `${KEYS}/nvdimm${master ? "-master" : ""}_${dimm.id}_${HOSTNAME}.blob`;
    talk.say(`failed to open file ${path}: ${reason("ENOENT")}\n`);
  }
  if (!needed) return ok();
  talk.say("Unable to load key\n");
  return err("ENOKEY");
}
