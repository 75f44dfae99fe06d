/**
 * `ndctl read-infoblock`, `write-infoblock`: the first 8 KiB of a disabled namespace, of a file, or of standard input.
 * Source: ndctl `ndctl/namespace.c` namespace_rw_infoblock, file_read_infoblock, file_write_infoblock, write_pfn_sb.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { concat, utf8 } from "../../base/bytes.ts";
import { type Json, prettyJson } from "../../base/json.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { MiB, PAGE_SIZE } from "../../base/units.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import {
  encodePfn,
  INFO_BLOCK_OFFSET,
  INFO_HEAD_SIZE,
  type InfoSource,
  pfnLayoutAsNdctl,
  readInfoBlocksJson,
} from "../../label/mod.ts";
import { declare, type Outcome } from "../language/command.ts";
import { type Files } from "../language/files.ts";
import { modeNamed } from "./modes.ts";
import { disableInvalidate, enableNamespace } from "./namespace_actions.ts";
import {
  type BaseOptions,
  type Named,
  parseReadInfoblock,
  parseWriteInfoblock,
  type ReadInfoblockOptions,
  type WriteInfoblockOptions,
} from "./namespace_options.ts";
import { forNamespaces, type Processed } from "./namespace_verbs.ts";
import { warningText } from "./parse_options.ts";
import { parseSize } from "./sizes.ts";
import { counted, reason, statusOf, Talk } from "./talk.ts";

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
        return summary(talk, "reading infoblock data", "read", { count: 0, errno: "ENOENT" });
      }
    }
    return {
      ...summary(talk, "reading infoblock data", "read", processed),
      out: options.output === undefined ? out : "",
    };
  },
});

export const writeInfoblock = declare<Named<WriteInfoblockOptions>>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "write-infoblock"],
  summary: "Write an fsdax or devdax info block to disabled namespaces, a file, or standard output",
  usage: "NAMESPACE|all | -o FILE | -c -s SIZE [-m MODE] [-M MAP] [-a ALIGN] [-u UUID] [-p UUID] [-O OFFSET]",
  effect: ({ namespace }) => namespace === undefined ? "reads" : "destroys",
  parse: parseWriteInfoblock,
  // deno-lint-ignore require-yield
  *run({ dom0 }, options, { files }) {
    const talk = new Talk();
    let out = new Uint8Array();
    const processed = options.namespace === undefined
      ? once(headForFile(dom0, options, files, talk).map((head) => void (out = head)))
      : forNamespaces(dom0, options, writeToNamespace(options), talk);
    return { ...summary(talk, "checking infoblocks", "wrote", processed), out };
  },
});

/** The default alignment of blocks that are not for a namespace. */
const FILE_ALIGN = 2 * MiB;

const once = (done: Result<void, Errno>): Processed => ({
  count: done.isOk() ? 1 : 0,
  errno: done.isOk() ? undefined : done.error,
});

function summary(talk: Talk, doing: string, did: string, { count, errno }: Processed): Outcome {
  if (errno !== undefined) talk.say(`error ${doing}: ${reason(errno)}\n`);
  talk.say(`${did} ${counted(count, "infoblock")}\n`);
  return talk.outcome(statusOf(errno));
}

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

/** Opens a disabled namespace as it is, past its info blocks, and disables it again. */
function inRawMode(
  dom0: Dom0,
  namespace: NamespaceView,
  talk: Talk,
  act: (disk: string) => Result<void, Errno>,
): Result<void, Errno> {
  if (namespace.active) return err("EBUSY");
  const { name } = namespace;
  dom0.store(name, "force_raw", "1\n");
  const done = enableNamespace(dom0, name, talk).andThen(() => {
    const disk = dom0.namespace(name)?.disk;
    return disk === undefined ? err<void, Errno>("ENOENT") : act(disk);
  });
  dom0.store(name, "force_raw", "0\n");
  disableInvalidate(dom0, name);
  return done;
}

const writeToNamespace =
  (options: WriteInfoblockOptions) =>
  (dom0: Dom0, namespace: NamespaceView, _base: BaseOptions, talk: Talk): Result<boolean, Errno> =>
    inRawMode(dom0, namespace, talk, (disk) => {
      const align = options.align === undefined ? defaultAlign(dom0, namespace) : parseSize(options.align)!.bytes;
      const size = options.size === undefined ? 0 : parseSize(options.size)!.bytes;
      if (size % align !== 0) {
        talk.error(`--size=${options.size} not aligned to ${options.align ?? align}`);
        return err<void, Errno>("EINVAL");
      }
      const parentUuid = options.parentUuid ?? namespace.uuid ?? NIL_UUID;
      return infoHead(dom0, { ...options, parentUuid }, align, size || namespace.size, talk).andThen((head) => {
        dom0.losing({
          object: `first 8 KiB of ${namespace.name}`,
          owner: undefined,
          bytes: INFO_HEAD_SIZE,
          identity: namespace.uuid ?? namespace.name,
        });
        return dom0.writeDisk(disk, 0, head, "info block");
      });
    }).map(() => true);

/** What the namespace's personality would take; a page where it has none. */
function defaultAlign(dom0: Dom0, { mode }: NamespaceView): number {
  return mode === "memory" || mode === "dax" ? dom0.alignments[1] ?? PAGE_SIZE : PAGE_SIZE;
}

/** To standard output as bytes, or over the start of a file, which keeps its size. */
function headForFile(
  dom0: Dom0,
  options: WriteInfoblockOptions,
  files: Files,
  talk: Talk,
): Result<Uint8Array<ArrayBuffer>, Errno> {
  const align = options.align === undefined ? FILE_ALIGN : parseSize(options.align)!.bytes;
  const size = options.size === undefined ? 0 : parseSize(options.size)!.bytes;
  if (options.stdout) return infoHead(dom0, options, align, size, talk);
  const path = options.output!;
  const old = files.read(path).unwrapOr(new Uint8Array());
  return infoHead(dom0, options, align, size || old.length, talk).andThen((head) => {
    const written = files.write(path, [head, old.subarray(INFO_HEAD_SIZE)]);
    if (written.isOk()) return ok(new Uint8Array());
    talk.error(`failed to open: ${path}`);
    return err<Uint8Array<ArrayBuffer>, Errno>("ENOENT");
  });
}

function infoHead(
  dom0: Dom0,
  options: WriteInfoblockOptions,
  align: number,
  size: number,
  talk: Talk,
): Result<Uint8Array<ArrayBuffer>, Errno> {
  const map = options.map === "mem" ? "mem" : "dev";
  const start = options.offset === undefined ? 0 : parseSize(options.offset)!.bytes;
  const place = { map, start, size, align } as const;
  const layout = pfnLayoutAsNdctl(place);
  if (layout.isErr()) {
    talk.error("unable to satisfy requested alignment");
    return err("ENXIO");
  }
  const flavour = modeNamed(options.mode ?? "fsdax") === "devdax" ? "devdax" : "fsdax";
  const uuid = options.uuid ?? dom0.newUuid();
  const head = new Uint8Array(INFO_HEAD_SIZE);
  head.set(
    encodePfn({ ...place, flavour, uuid, parentUuid: options.parentUuid ?? NIL_UUID }, layout.value),
    INFO_BLOCK_OFFSET,
  );
  return ok(head);
}
