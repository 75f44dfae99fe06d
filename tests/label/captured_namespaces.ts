/** The captured hosts' namespaces: what sysfs said of each, and the pieces of its content that were kept. */
import { captured, capturedFiles, capturedText } from "./captures.ts";

export interface CapturedNamespace {
  /** Host folder and device name, for messages. */
  readonly name: string;
  readonly start: number;
  readonly size: number;
  /** Nil where the namespace has no label. */
  readonly uuid: string;
  /** Attributes of the personality that holds it (`pfn0.0`, `dax0.1`, `btt0.0`), by file name. */
  readonly holder: ReadonlyMap<string, string>;
  /** Of the device that holds it: pfn, dax, btt or none. */
  readonly kind: string;
  readonly pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

interface Meta {
  readonly boots?: readonly {
    readonly namespaces?: Readonly<Record<string, { readonly pieces?: readonly { offset: number; file: string }[] }>>;
  }[];
}

const NIL = "00000000-0000-0000-0000-000000000000";

/** All that the fixtures hold, after their scripts ran. */
export function capturedNamespaces(): CapturedNamespace[] {
  return capturedFiles(/^[^/]+\/meta\.json$/).flatMap((path) => {
    const host = path.split("/")[0]!;
    const meta = JSON.parse(capturedText(path)) as Meta;
    return (meta.boots ?? []).flatMap(({ namespaces = {} }, boot) => {
      if (Object.keys(namespaces).length === 0) return [];
      const folder = (meta.boots ?? []).length > 1 ? `${host}/boot${boot}` : host;
      const sysfs = sysfsOf(`${folder}/end.sysfs.txt`);
      return Object.entries(namespaces).map(([device, { pieces = [] }]): CapturedNamespace => {
        const own = (file: string) => sysfs.get(device)?.get(file);
        const holder = own("holder") ?? "";
        return {
          name: `${folder} ${device}`,
          start: Number(own("resource")),
          size: Number(own("size")),
          uuid: own("uuid") || NIL,
          holder: sysfs.get(holder) ?? new Map(),
          kind: holder.replace(/[0-9.]+$/, "") || "none",
          pieces: pieces.map(({ offset, file }) => ({ offset, bytes: captured(`${host}/${file}`) })),
        };
      });
    });
  });
}

/** The namespace as a reader of its whole length: the captured pieces, zero elsewhere. */
export function readerOf(namespace: CapturedNamespace): (offset: number, length: number) => Uint8Array {
  return (offset, length) => {
    const bytes = new Uint8Array(length);
    for (const piece of namespace.pieces) {
      const from = Math.max(offset, piece.offset);
      const to = Math.min(offset + length, piece.offset + piece.bytes.length);
      if (from < to) bytes.set(piece.bytes.subarray(from - piece.offset, to - piece.offset), from - offset);
    }
    return bytes;
  };
}

/** A captured sysfs, `device/file: value` a line, as device -> file -> value. */
export function sysfsOf(path: string): Map<string, Map<string, string>> {
  const devices = new Map<string, Map<string, string>>();
  for (const line of capturedText(path).split("\n")) {
    const match = /^([^/]+)\/([^/:]+): ?(.*)$/.exec(line);
    if (!match) continue;
    const files = devices.get(match[1]!) ?? new Map<string, string>();
    devices.set(match[1]!, files.set(match[2]!, match[3]!));
  }
  return devices;
}
