/** Who uses what a refused line names, and the way out. */
import assert from "node:assert/strict";
import { usesNamed } from "../../tui/uses.ts";
import { hostOf, type Piece } from "../screens/hosts.ts";

const PIECES: readonly Piece[] = [
  [0, 0, 8, "a", "fsdax", "dev", "assigned", "web1 nv0"],
  [0, 8, 8, "b", "raw", undefined, "xen"],
  [0, 16, 8, "c", "fsdax", "dev", "mounted", "/mnt/p0"],
  [0, 24, 8, "d", "fsdax", "dev", "reserved", "web2 nv1"],
  [0, 32, 8, "e", "fsdax", "dev"],
];
const snapshot = hostOf({ pieces: PIECES });
const [a, b, c, d, e] = snapshot.namespaces;
const said = (...lines: string[]): string => usesNamed(snapshot, lines).join("\n");

Deno.test("each use is told with the command that ends it", () => {
  assert.match(
    said(`ndctl destroy-namespace -f ${a!.name}`),
    /assigned to web1 nv0.*xl shutdown web1, then xl pmem-release/,
  );
  assert.match(said(`ndctl disable-namespace ${b!.name}`), /in Xen's hands.*xl pmem-release --namespace/);
  assert.match(said(`mkfs.ext4 /dev/${c!.device}`), /mounted on \/mnt\/p0.*umount \/mnt\/p0/);
  assert.match(said(`ndctl destroy-namespace ${d!.name}`), /kept for web2 nv1 while web2 is off/);
});

Deno.test("a file on a mounted namespace names it too; a namespace that nobody uses, and a longer name, do not", () => {
  assert.match(said("rm /mnt/p0/disk1"), /mounted on/);
  assert.equal(said("rm /mnt/p00/disk1", `ndctl destroy-namespace ${e!.name}`, `xl destroy ${a!.name}9`), "");
});

Deno.test("what is named inside a list of vnvdimms counts", () => {
  assert.match(said(`xl create g.cfg 'vnvdimms=["${b!.name}"]'`), /in Xen's hands/);
});
