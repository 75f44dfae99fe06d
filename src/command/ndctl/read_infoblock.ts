/**
 * `ndctl read-infoblock`: the first 8 KiB of a disabled namespace, of a file, or of standard input.
 * Source: ndctl `ndctl/namespace.c` file_read_infoblock, parse_namespace_infoblock.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { concat, utf8 } from "../../base/bytes.ts";
import { type Json, prettyJson } from "../../base/json.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { INFO_HEAD_SIZE, type InfoSource, readInfoBlocksJson } from "../../label/mod.ts";
import { declare } from "../language/command.ts";
import { type Files } from "../language/files.ts";
import { type Named, parseReadInfoblock, type ReadInfoblockOptions } from "./namespace_options.ts";
import { forNamespaces } from "./namespace_verbs.ts";
import { warningText } from "./parse_options.ts";
import { inRawMode, once, summariseBlocks } from "./raw_mode.ts";
import { Talk } from "./talk.ts";

export const readInfoblock = declare<Named<ReadInfoblockOptions>>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "read-infoblock"],
  summary: "Read the info blocks of disabled namespaces, or of a file",
  usage: "[NAMESPACE|all | -i FILE] [-j] [-u] [-V] [-o FILE]",
  effect: "reads",
  parse: parseReadInfoblock,
  // deno-lint-ignore require-yield
  *run({ dom0 }, options, { files, input }) {
    const talk = new Talk();
    const found = new Heads(options);
    const fromFile = options.input !== undefined || options.namespace === undefined;
    const processed = fromFile
      ? once(headOf(files, input, options.input).map((head) => found.add(head, { file: options.input ?? "<stdin>" })))
      : forNamespaces(
        dom0,
        options,
        (dom0, namespace, _options, talk) =>
          inRawMode(
            dom0,
            namespace,
            talk,
            (disk) =>
              dom0.readDisk(disk, 0, INFO_HEAD_SIZE).map((head) =>
                found.add(head, { dev: namespace.name, uuid: namespace.uuid ?? NIL_UUID })
              ),
          ).map(() => true),
        talk,
      );
    const out = found.output(talk);
    if (options.output !== undefined) {
      const written = files.write(options.output, [typeof out === "string" ? utf8(out) : out]);
      if (written.isErr()) {
        talk.say(`failed to open: ${options.output}: (${written.error.reason})\n`);
        return summariseBlocks(talk, "reading infoblock data", "read", { count: 0, errno: "ENOENT" });
      }
    }
    return {
      ...summariseBlocks(talk, "reading infoblock data", "read", processed),
      out: options.output === undefined ? out : "",
    };
  },
});

/** What has been read, as bytes one after the other or as JSON. */
class Heads {
  readonly #bytes: Uint8Array[] = [];
  #blocks: Json[] | undefined;

  constructor(private readonly options: ReadInfoblockOptions) {}

  add(head: Uint8Array, source: InfoSource): void {
    const { json, human, verify } = this.options;
    if (json || human) (this.#blocks ??= []).push(...readInfoBlocksJson(head, source, { human, verify }));
    else this.#bytes.push(head);
  }

  output(talk: Talk): string | Uint8Array {
    if (this.#blocks === undefined) return concat(...this.#bytes);
    if (this.#blocks.length === 0) talk.say(warningText("no matching devices found\n"));
    return `${prettyJson(this.#blocks)}\n`;
  }
}

/** The first 8 KiB of a file or of standard input. */
function headOf(files: Files, input: Uint8Array | undefined, path: string | undefined): Result<Uint8Array, Errno> {
  const read = path === undefined ? ok(input ?? new Uint8Array()) : files.read(path);
  return read.mapErr((): Errno => "ENOENT").andThen((bytes) =>
    bytes.length < INFO_HEAD_SIZE ? err<Uint8Array, Errno>("EIO") : ok(bytes.subarray(0, INFO_HEAD_SIZE))
  );
}
