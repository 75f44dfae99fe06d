/** Reading a tar archive (POSIX ustar, with GNU long names): regular files by name. Bounded by the archive's own size. */
import { err, ok, type Result } from "neverthrow";
import { textOf } from "./bytes.ts";
import { type FormatFault, formatFault } from "./structure.ts";

const BLOCK = 512;
const NAME = { offset: 0, size: 100 };
const SIZE = { offset: 124, size: 12 };
const TYPE = 156;
const MAGIC = { offset: 257, size: 5 };
const PREFIX = { offset: 345, size: 155 };
const REGULAR = ["0", "\0"];
/** GNU: the data of this entry is the next entry's name. */
const LONG_NAME = "L";

export const looksLikeTar = (bytes: Uint8Array): boolean =>
  bytes.length >= BLOCK && textOf(bytes.subarray(MAGIC.offset, MAGIC.offset + MAGIC.size)) === "ustar";

export function readTar(archive: Uint8Array): Result<Map<string, Uint8Array>, FormatFault> {
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const head = archive.subarray(at, at + BLOCK);
    if (head.every((byte) => byte === 0)) break;
    const size = parseInt(field(head, SIZE), 8);
    if (!Number.isSafeInteger(size) || size < 0) {
      return err(formatFault("tar entry/size", at + SIZE.offset, SIZE.size, "is no octal number"));
    }
    const start = at + BLOCK;
    if (start + size > archive.length) {
      return err(formatFault("tar entry", start, archive.length - start, `${size} bytes are said to follow`));
    }
    const data = archive.subarray(start, start + size);
    const type = String.fromCharCode(head[TYPE]!);
    if (type === LONG_NAME) longName = textOf(data).replace(/\0.*$/s, "");
    else {
      const prefix = field(head, PREFIX);
      const name = longName ?? (prefix === "" ? "" : `${prefix}/`) + field(head, NAME);
      if (REGULAR.includes(type)) files.set(name.replace(/^\.\//, ""), data);
      longName = undefined;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return ok(files);
}

const field = (head: Uint8Array, { offset, size }: { readonly offset: number; readonly size: number }): string =>
  textOf(head.subarray(offset, offset + size)).replace(/[\0 ].*$/s, "");
