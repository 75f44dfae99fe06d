/** The files of one filesystem by name: its root directory. */
import { EXTENT_SCHEMA } from "./file_extents.ts";
import { FIRST_INODE } from "./ext4/geometry.ts";
import { type Dom0FilesState, type Filesystem, type StoredFile } from "./state.ts";
import { forgetMap, mapKey } from "./volume.ts";
import { INODE_CHUNK, INODES_PER_BLOCK } from "./xfs/geometry.ts";

export class FileTable {
  readonly #inodes = new Map<string, number>();
  readonly #used = new Set<number>();

  constructor(private readonly state: Dom0FilesState, private readonly filesystem: Filesystem) {
    const prefix = `${filesystem.uuid}/`;
    for (const id of state.files.ids()) {
      if (!id.startsWith(prefix)) continue;
      const { name, inode } = state.files.get(id)!;
      this.#inodes.set(name, inode);
      this.#used.add(inode);
    }
  }

  get count(): number {
    return this.#inodes.size;
  }

  get(name: string): StoredFile | undefined {
    const inode = this.#inodes.get(name);
    return inode === undefined ? undefined : this.state.files.get(mapKey(this.filesystem.uuid, inode));
  }

  /** In order of name. */
  all(): StoredFile[] {
    return [...this.#inodes.keys()].sort().map((name) => this.get(name)!);
  }

  /** A new file of no bytes, on the lowest free inode. */
  create(name: string, now: number): StoredFile {
    let inode = this.filesystem.type === "ext4" ? FIRST_INODE + 1 : INODE_CHUNK.start * INODES_PER_BLOCK + 3;
    while (this.#used.has(inode)) inode++;
    return this.put({ name, inode, size: 0, immutable: false, tree: [], changed: now });
  }

  put(file: StoredFile): StoredFile {
    this.#inodes.set(file.name, file.inode);
    this.#used.add(file.inode);
    this.state.files.set(mapKey(this.filesystem.uuid, file.inode), file);
    return file;
  }

  delete({ name, inode }: StoredFile): void {
    this.#inodes.delete(name);
    this.#used.delete(inode);
    this.state.files.delete(mapKey(this.filesystem.uuid, inode));
    forgetMap(EXTENT_SCHEMA, this.state.maps, mapKey(this.filesystem.uuid, inode));
  }
}
