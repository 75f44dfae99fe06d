/**
 * `ndctl load-keys`. dom0's key rings are not modeled: there are no keys, as on a dom0 where nobody made any.
 * Source: ndctl `ndctl/load-keys.c` load_keys, load_master_key.
 */
import { err, ok, type Result } from "neverthrow";
import { declare, type UsageFault } from "../language/command.ts";
import { errorText, parseOptions, text, usageFault } from "./parse_options.ts";
import { reason, statusOf, Talk } from "./talk.ts";

const options = {
  keyPath: text("p", "key-path", "key-path", "the folder of the keys (default: /etc/ndctl/keys)"),
  tpmHandle: text("t", "tpm-handle", "tpm-handle", "TPM handle of a trusted key"),
} as const;

const USAGE = "ndctl load-keys [<options>]";

interface LoadRequest {
  /** Undefined: dom0's own folder, which is not there; the operator's disk has no say in that. */
  readonly path: string | undefined;
  readonly tpmHandle: string | undefined;
}

const KEY_FOLDER = "/etc/ndctl/keys";
const MASTER_KEY = "nvdimm-master.blob";

export const loadKeys = declare<LoadRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "load-keys"],
  summary: "Load passphrase keys into dom0's key ring",
  usage: "[-p FOLDER] [-t HANDLE]",
  effect: "reads",
  parse(argv): Result<LoadRequest, UsageFault> {
    return parseOptions(argv, options, USAGE).andThen(({ values, words }) => {
      const messages = words.map((word) => errorText(`unknown parameter "${word}"\n`)).join("");
      return words.length > 0
        ? err(usageFault(USAGE, options, messages))
        : ok({ path: values.keyPath, tpmHandle: values.tpmHandle });
    });
  },
  // deno-lint-ignore require-yield
  *run(_host, { path, tpmHandle }, { files }) {
    const talk = new Talk();
    const folder = path === undefined ? err({ reason: reason("ENOENT") }) : files.list(path);
    if (folder.isErr()) {
      talk.say(`Change current work dir to ${path ?? KEY_FOLDER} failed: ${folder.error.reason}\n`);
      return talk.outcome(statusOf("ENOENT"));
    }
    if (tpmHandle === undefined && !folder.value.includes("tpm.handle")) talk.say("No TPM handle discovered.\n");
    talk.say(
      folder.value.includes(MASTER_KEY)
        ? `add_key failed: ${reason("EOPNOTSUPP")}\n`
        : `failed to open file ${path}/${MASTER_KEY}: ${reason("ENOENT")}\n`,
    );
    return talk.outcome(statusOf(folder.value.includes(MASTER_KEY) ? "EOPNOTSUPP" : "ENOMEM"));
  },
});
