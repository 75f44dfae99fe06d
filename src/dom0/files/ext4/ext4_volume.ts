/** An ext4 filesystem opened to change it, over what the state keeps of it. */
import { type RangeMap } from "../../../base/range_map.ts";
import { EXTENT_SCHEMA, FileExtents } from "../file_extents.ts";
import { FREE_SCHEMA, freeIn, type FreeSpace } from "../free_space.ts";
import { type Dom0FilesState, type Filesystem, type StoredFile } from "../state.ts";
import { mapKey, type Maps, type OpenBlocks, openMap, type Volume } from "../volume.ts";
import { Ext4File } from "./ext4_file.ts";
import { recordsOf } from "./extent_tree.ts";
import { type Ext4Geometry, ext4Geometry } from "./geometry.ts";
import { ext4Layout } from "./layout.ts";
import { FRESH_MEMORY, Mballoc } from "./mballoc.ts";

/** The layout of a filesystem that exists, and so was possible. */
export const geometryOf = ({ bytes, blockSize, rootPercent }: Filesystem): Ext4Geometry =>
  ext4Geometry(bytes, { blockSize, rootPercent })._unsafeUnwrap();

/** Keeps the maps of a new filesystem; returns how many blocks are free. */
export function makeExt4(maps: Maps, uuid: string, g: Ext4Geometry): number {
  const { free, touched } = ext4Layout(g);
  free.save(maps, mapKey(uuid, "free"));
  const groups = new TouchedGroups(openMap(FREE_SCHEMA, maps, mapKey(uuid, "touched")));
  touched.forEach((group) => groups.add(group));
  groups.map.save(maps, mapKey(uuid, "touched"));
  return freeIn(free, 0, g.blocks);
}

/** Groups that are not `BLOCK_UNINIT` any more. */
class TouchedGroups {
  constructor(readonly map: RangeMap<typeof FREE_SCHEMA>) {}
  has(group: number): boolean {
    return this.map.find(group) !== undefined;
  }
  add(group: number): void {
    if (!this.has(group)) this.map.set(group, group + 1, {});
  }
}

export class Ext4Volume implements Volume {
  readonly #geometry: Ext4Geometry;
  readonly #free: FreeSpace;
  readonly #touched: TouchedGroups;
  readonly #mballoc: Mballoc;

  constructor(private readonly state: Dom0FilesState, private readonly filesystem: Filesystem) {
    const { uuid, freeBlocks, shared } = filesystem;
    this.#geometry = geometryOf(filesystem);
    this.#free = openMap(FREE_SCHEMA, state.maps, mapKey(uuid, "free"));
    this.#touched = new TouchedGroups(openMap(FREE_SCHEMA, state.maps, mapKey(uuid, "touched")));
    const memory = { ...(state.memory.get(uuid) ?? FRESH_MEMORY), shared };
    this.#mballoc = new Mballoc(this.#geometry, this.#free, this.#touched, freeBlocks, memory);
  }

  get blockSize(): number {
    return this.#geometry.blockSize;
  }

  open({ inode, size, tree }: StoredFile): OpenBlocks {
    const map = openMap(EXTENT_SCHEMA, this.state.maps, mapKey(this.filesystem.uuid, inode));
    const extents = new FileExtents(map, recordsOf);
    return new Ext4File({ geometry: this.#geometry, mballoc: this.#mballoc, inode, extents, tree, size });
  }

  settle(): void {
    this.#mballoc.discardShared();
  }

  save(): Filesystem {
    const { uuid } = this.filesystem;
    this.#mballoc.commit();
    this.#free.save(this.state.maps, mapKey(uuid, "free"));
    this.#touched.map.save(this.state.maps, mapKey(uuid, "touched"));
    const memory = this.#mballoc.memory();
    this.state.memory.set(uuid, memory);
    return { ...this.filesystem, freeBlocks: this.#mballoc.freeBlocks, shared: memory.shared };
  }
}
