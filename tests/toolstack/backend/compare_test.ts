/** Whether memory is what it was, field by field, and whether two pieces of it overlap. */
import assert from "node:assert/strict";
import { backendId, covers, differences, sameMemory } from "../../../src/toolstack/backend/compare.ts";
import {
  type FileIdentity,
  type FramesIdentity,
  type NamespaceIdentity,
} from "../../../src/toolstack/backend/identity.ts";

const namespace: NamespaceIdentity = {
  kind: "namespace",
  uuid: "aaaaaaaa-0000-4000-8000-000000000001",
  cookie: "123",
  offset: 0,
  rawSize: 0x10000000,
  places: [{ uniqueId: "8086-01", dpa: 0, size: 0x10000000 }],
  mode: "fsdax",
  dataOffset: 0x600000,
  dataEnd: 0x10000000,
  infoBlockUuid: "bbbbbbbb-0000-4000-8000-000000000001",
};
const file: FileIdentity = {
  kind: "file",
  path: "/mnt/p0/disk1",
  namespace,
  extents: [{ offset: 0x100000, length: 0x200000 }],
};
const frames: FramesIdentity = { kind: "frames", cookie: "123", serials: ["01"], offset: 0x1000, length: 0x4000 };

Deno.test("equal identities differ in nothing", () => {
  for (const identity of [namespace, file, frames]) assert.deepEqual(differences(identity, { ...identity }), []);
});

Deno.test("each field that differs is named with what it was and is", () => {
  const cases: [string, Partial<NamespaceIdentity>][] = [
    ["uuid", { uuid: "aaaaaaaa-0000-4000-8000-000000000002" }],
    ["DIMMs and DPA", { places: [{ uniqueId: "8086-02", dpa: 0, size: 0x10000000 }] }],
    ["DIMMs and DPA", { places: [{ uniqueId: "8086-01", dpa: 4096, size: 0x10000000 }] }],
    ["offset in the region", { offset: 0x1000000 }],
    ["size", { rawSize: 0x8000000 }],
    ["mode", { mode: "devdax" }],
    ["data offset", { dataOffset: 0x200000 }],
    ["end of data", { dataEnd: 0xfe00000 }],
    ["info block", { infoBlockUuid: "bbbbbbbb-0000-4000-8000-000000000002" }],
  ];
  for (const [field, change] of cases) {
    assert.deepEqual(differences(namespace, { ...namespace, ...change }).map((each) => each.field), [field]);
  }
  assert.deepEqual(differences(namespace, { ...namespace, dataOffset: 0x200000 }), [
    { field: "data offset", was: "0x600000", is: "0x200000" },
  ]);
});

Deno.test("the cookie matters only to a namespace without a label", () => {
  assert.deepEqual(differences(namespace, { ...namespace, cookie: "456" }), []);
  const { uuid: _, ...labelless } = namespace;
  assert.deepEqual(differences(labelless, { ...labelless, cookie: "456" }).map(({ field }) => field), [
    "interleave set",
  ]);
});

Deno.test("files are compared by extents, frames by set and place, and kinds do not mix", () => {
  const moved = { ...file, extents: [{ offset: 0x300000, length: 0x200000 }] };
  assert.deepEqual(differences(file, moved).map(({ field }) => field), ["extents"]);
  assert.deepEqual(differences(frames, { ...frames, serials: ["02"], offset: 0x2000 }).map(({ field }) => field), [
    "DIMMs",
    "offset in the region",
  ]);
  assert.deepEqual(differences(namespace, file).map(({ field }) => field), ["kind"]);
});

Deno.test("a file overlaps its namespace and files that share an extent; neighbours do not", () => {
  const other = (offset: number): FileIdentity => ({ ...file, path: "/o", extents: [{ offset, length: 0x1000 }] });
  assert.equal(sameMemory(file, namespace), true);
  assert.equal(sameMemory(file, other(0x2ff000)), true);
  assert.equal(sameMemory(file, other(0x300000)), false);
  assert.equal(sameMemory(frames, { ...frames, offset: 0x5000 }), false);
  assert.equal(sameMemory(frames, { ...frames, offset: 0x4000 }), true);
  assert.equal(sameMemory(frames, { ...frames, cookie: "9" }), false);
});

Deno.test("another namespace in the same place is the same memory, as is one that moved", () => {
  const other = { ...namespace, uuid: "aaaaaaaa-0000-4000-8000-000000000009" };
  assert.equal(sameMemory(namespace, other), true);
  assert.equal(sameMemory(namespace, { ...other, offset: 0x10000000 }), false);
  assert.equal(sameMemory(namespace, { ...other, offset: 0xffff000 }), true);
  assert.equal(sameMemory(namespace, { ...namespace, cookie: "9", offset: 0x40000000 }), true);
  assert.equal(sameMemory(namespace, { ...frames, offset: 0xffff000 }), true);
  assert.equal(sameMemory(namespace, { ...frames, offset: 0x10000000 }), false);
});

Deno.test("a namespace covers its files, and no file covers its namespace", () => {
  assert.equal(covers(namespace, file), true);
  assert.equal(covers(file, namespace), false);
  assert.equal(covers(file, file), true);
  assert.equal(covers(file, { ...file, extents: [{ offset: 0x100000, length: 0x201000 }] }), false);
});

Deno.test("memory keeps its id when its region moves", () => {
  assert.equal(backendId(namespace), backendId({ ...namespace, cookie: "9", offset: 0x1000000 }));
  assert.equal(backendId(file), `${namespace.uuid}:/mnt/p0/disk1`);
  assert.notEqual(backendId(frames), backendId({ ...frames, length: 0x1000 }));
});
