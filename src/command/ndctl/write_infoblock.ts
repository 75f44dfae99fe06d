/**
 * `ndctl write-infoblock`: a PFN or DAX block at the start of a disabled namespace, of a file, or to standard output.
 * Source: ndctl `ndctl/namespace.c` file_write_infoblock, write_pfn_sb, ndctl_get_default_alignment.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { MiB, PAGE_SIZE } from "../../base/units.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { encodePfn, INFO_BLOCK_OFFSET, INFO_HEAD_SIZE, pfnLayoutAsNdctl } from "../../label/mod.ts";
import { declare } from "../language/command.ts";
import { type Files } from "../language/files.ts";
import { modeNamed } from "./modes.ts";
import { type BaseOptions, type Named, parseWriteInfoblock, type WriteInfoblockOptions } from "./namespace_options.ts";
import { forNamespaces } from "./namespace_verbs.ts";
import { inRawMode, once, summariseBlocks } from "./raw_mode.ts";
import { parseSize } from "./sizes.ts";
import { Talk } from "./talk.ts";

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
    return { ...summariseBlocks(talk, "checking infoblocks", "wrote", processed), out };
  },
});

/** The default alignment of blocks that are not for a namespace. */
const FILE_ALIGN = 2 * MiB;

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
