/**
 * `ndctl load-keys`. dom0's key rings and key files are not modeled: there are no keys, as on a dom0 where nobody made any.
 * Source: ndctl `ndctl/load-keys.c` load_keys.
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

export const loadKeys = declare<{ readonly path: string }>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "load-keys"],
  summary: "Load passphrase keys into dom0's key ring",
  usage: "[-p FOLDER] [-t HANDLE]",
  effect: "reads",
  parse(argv): Result<{ readonly path: string }, UsageFault> {
    return parseOptions(argv, options, USAGE).andThen(({ values, words }) => {
      const messages = words.map((word) => errorText(`unknown parameter "${word}"\n`)).join("");
      return words.length > 0
        ? err(usageFault(USAGE, options, messages))
        : ok({ path: values.keyPath ?? "/etc/ndctl/keys" });
    });
  },
  // deno-lint-ignore require-yield
  *run(_host, { path }) {
    const talk = new Talk();
    talk.say(`Change current work dir to ${path} failed: ${reason("ENOENT")}\n`);
    return talk.outcome(statusOf("ENOENT"));
  },
});
