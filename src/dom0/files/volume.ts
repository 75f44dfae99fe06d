/** A filesystem opened to change it: its free space and the blocks of its files, whichever type it is. */
import { type Blocks } from "../../base/blocks.ts";
import { RangeMap, type RangeSchema } from "../../base/range_map.ts";
import { type FileBlocks } from "./file_blocks.ts";
import { type Dom0FilesState, type Filesystem, type StoredFile } from "./state.ts";

export interface OpenBlocks extends FileBlocks {
  /** Blocks of the file's extent tree, as of now. */
  readonly tree: readonly number[];
}

export interface Volume {
  readonly blockSize: number;
  open(file: StoredFile): OpenBlocks;
  /** The record as it is now; maps are kept in the store. What was freed can be had again. */
  save(): Filesystem;
  /** Gives back what is set aside only while it is mounted. */
  settle(): void;
}

export const mapKey = (uuid: string, what: string | number): string => `${uuid}/${what}`;

/** The map kept under a key; empty where none is. Damage here is the store's, which checks its own bytes. */
export function openMap<S extends RangeSchema>(schema: S, maps: Blocks<Uint8Array>, key: string): RangeMap<S> {
  const map = RangeMap.open(schema, maps, key);
  if (map.isErr()) throw new Error(`${map.error.path}: ${map.error.reason}`);
  return map.value;
}

export function forgetMap<S extends RangeSchema>(schema: S, maps: Blocks<Uint8Array>, key: string): void {
  const map = openMap(schema, maps, key);
  map.remove(0, Number.MAX_SAFE_INTEGER);
  map.save(maps, key);
  maps.delete(key);
}

export type Maps = Dom0FilesState["maps"];
