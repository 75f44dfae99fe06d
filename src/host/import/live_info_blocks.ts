/**
 * Info blocks that a capture of a running host lacks. An enabled namespace's info block cannot be read while its driver
 * holds it, but the driver shows in sysfs all that stands in it, so it is written anew: the same bytes for PFN and DAX; for
 * a BTT the same identity and layout with an empty map, since what its map says is not to be had.
 */
import { NIL_UUID } from "../../base/guid.ts";
import {
  arenaWrites,
  bttArenas,
  type BttVersion,
  encodePfn,
  INFO_BLOCK_OFFSET,
  PFN_PAGE_SIZE,
  type PfnFlavour,
  readLabelArea,
} from "../../label/mod.ts";
import { type MediumContent } from "../image.ts";
import { type SysfsText } from "./sysfs_text.ts";

/** A namespace with a personality on it, as sysfs tells. */
interface Held {
  readonly start: number;
  readonly size: number;
  /** The label's; nil where there is none. */
  readonly parentUuid: string;
}

/** What has to be put on the media for every personality that a driver runs; `labels` by DIMM. */
export function liveInfoBlocks(
  sysfs: SysfsText,
  labels: ReadonlyMap<string, Uint8Array>,
): MediumContent[] {
  const regions = sysfs.ofKind("region").map((name) => Number(name.slice("region".length)));
  return regions.flatMap((region) => [
    ...sysfs.ofKind("pfn", region).flatMap((name) => pagesBlock(sysfs, name, "fsdax")),
    ...sysfs.ofKind("dax", region).flatMap((name) => pagesBlock(sysfs, name, "devdax")),
    ...sysfs.ofKind("btt", region).flatMap((name) => bttBlocks(sysfs, name, bttVersion(sysfs, region, labels))),
  ]);
}

/** Labels of version 1.2 tell a BTT of version 2.0 apart; all others, and none, make one of version 1.1. */
function bttVersion(sysfs: SysfsText, region: number, labels: ReadonlyMap<string, Uint8Array>): BttVersion {
  const dimm = sysfs.get(`region${region}/mapping0`)?.split(",")[0];
  const area = dimm === undefined ? undefined : labels.get(dimm);
  return area && readLabelArea(area).unwrapOr(undefined)?.minor === 2 ? "2.0" : "1.1";
}

function pagesBlock(
  sysfs: SysfsText,
  name: string,
  flavour: PfnFlavour,
): MediumContent[] {
  const held = heldBy(sysfs, name);
  const [uuid, align] = [sysfs.get(`${name}/uuid`), sysfs.number(`${name}/align`)];
  const [data, usable] = [sysfs.number(`${name}/resource`), sysfs.number(`${name}/size`)];
  if (!held || uuid === undefined || align === undefined || data === undefined || usable === undefined) return [];
  const map = sysfs.get(`${name}/mode`) === "ram" ? "mem" : "dev";
  const spec = { flavour, uuid, map, align, ...held } as const;
  const dataOffset = data - held.start;
  const endTrunc = held.size - dataOffset - usable;
  const bytes = encodePfn(spec, { dataOffset, usable, endTrunc, pages: Math.floor(usable / PFN_PAGE_SIZE) });
  return [{ at: "spa", offset: held.start + INFO_BLOCK_OFFSET, bytes }];
}

function bttBlocks(
  sysfs: SysfsText,
  name: string,
  version: BttVersion,
): MediumContent[] {
  const held = heldBy(sysfs, name);
  const [uuid, sector] = [sysfs.get(`${name}/uuid`), sysfs.selected(`${name}/sector_size`)];
  if (!held || uuid === undefined || sector === undefined) return [];
  const identity = { uuid, parentUuid: held.parentUuid, version };
  return bttArenas(held.size, sector, version).unwrapOr([]).flatMap((arena) =>
    arenaWrites(arena, identity).flatMap((write): MediumContent[] =>
      // A fresh medium reads as zeroes, as an empty map does.
      "bytes" in write ? [{ at: "spa", offset: held.start + write.offset, bytes: write.bytes }] : []
    )
  );
}

function heldBy(sysfs: SysfsText, personality: string): Held | undefined {
  const namespace = sysfs.get(`${personality}/namespace`);
  const [start, size] = [sysfs.number(`${namespace}/resource`), sysfs.number(`${namespace}/size`)];
  const bound = sysfs.get(`${personality}/driver`) !== undefined;
  if (!bound || start === undefined || size === undefined) return undefined;
  return { start, size, parentUuid: sysfs.get(`${namespace}/uuid`) ?? NIL_UUID };
}

/** Namespaces that nobody runs: neither sysfs nor a read-only look at the host tells what their info blocks say. */
export const unreadable = (sysfs: SysfsText): string[] =>
  [...sysfs.devices].filter((name) => name.startsWith("namespace")).filter((name) =>
    (sysfs.number(`${name}/size`) ?? 0) > 0 && sysfs.get(`${name}/driver`) === undefined &&
    (sysfs.get(`${name}/holder`) ?? "") === ""
  ).map((name) => `${name} was disabled, so that its info block is not known: it comes up as raw`);
