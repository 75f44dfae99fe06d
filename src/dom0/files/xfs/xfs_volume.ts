/** An XFS filesystem opened to change it, over what the state keeps of it. */
import { EXTENT_SCHEMA, FileExtents } from "../file_extents.ts";
import { FREE_SCHEMA, freeIn, type FreeSpace } from "../free_space.ts";
import { type Dom0FilesState, type Filesystem, type StoredFile } from "../state.ts";
import { mapKey, type Maps, type OpenBlocks, openMap, type Volume } from "../volume.ts";
import { XfsAllocator } from "./allocator.ts";
import { type XfsGeometry, xfsGeometry, xfsLayout } from "./geometry.ts";
import { XfsFile, xfsRecordsOf } from "./xfs_file.ts";

/** The layout of a filesystem that exists, and so was possible. */
export const xfsGeometryOf = ({ bytes, reflink }: Filesystem): XfsGeometry =>
  xfsGeometry(bytes, { reflink })._unsafeUnwrap();

/** Keeps the map of a new filesystem; returns how many blocks are free. */
export function makeXfs(maps: Maps, uuid: string, g: XfsGeometry): number {
  const free = xfsLayout(g);
  free.save(maps, mapKey(uuid, "free"));
  return freeIn(free, 0, g.blocks);
}

export class XfsVolume implements Volume {
  readonly #free: FreeSpace;
  readonly #allocator: XfsAllocator;

  constructor(private readonly state: Dom0FilesState, private readonly filesystem: Filesystem) {
    this.#free = openMap(FREE_SCHEMA, state.maps, mapKey(filesystem.uuid, "free"));
    this.#allocator = new XfsAllocator(xfsGeometryOf(filesystem), this.#free, filesystem.freeBlocks);
  }

  get blockSize(): number {
    return this.filesystem.blockSize;
  }

  open({ inode }: StoredFile): OpenBlocks {
    const map = openMap(EXTENT_SCHEMA, this.state.maps, mapKey(this.filesystem.uuid, inode));
    return new XfsFile({ allocator: this.#allocator, inode, extents: new FileExtents(map, xfsRecordsOf) });
  }

  settle(): void {
    // Nothing is set aside.
  }

  save(): Filesystem {
    this.#allocator.commit();
    this.#free.save(this.state.maps, mapKey(this.filesystem.uuid, "free"));
    return { ...this.filesystem, freeBlocks: this.#allocator.freeBlocks };
  }
}
