/** Writing a namespace's attributes, both sides of every boundary. */
import assert from "node:assert/strict";
import { type Errno } from "../../src/abi/errno.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { type Dom0, SYSFS_ROOT } from "../../src/dom0/mod.ts";
import { importCapture } from "../../src/host/mod.ts";
import { LABELS, madeHost } from "../command/ndctl/made_host.ts";
import { hostFrom, sessionOn } from "../support/session.ts";
import { folderOf } from "./captured_dom0.ts";

const UUIDS = Array.from({ length: 4 }, (_, i) => `0badcafe-0000-4000-8000-00000000000${i}`);

/** A labelled region of 512 MiB with nothing in it, its seed namespace0.0; `store` answers an errno or "ok". */
async function labelled() {
  const host = madeHost();
  await host.all(...LABELS);
  const { dom0 } = host.host.fork();
  return { dom0, store: storing(dom0) };
}
const storing = (dom0: Dom0) => (path: string, text: string): Errno | "ok" => {
  const [device, attribute] = path.split("/") as [string, string];
  return dom0.store(device, attribute, text).match(() => "ok", (errno) => errno);
};
const free = (dom0: Dom0) => dom0.capacity(0);

Deno.test("a size needs a uuid, the region's alignment, and room", async () => {
  const { dom0, store } = await labelled();
  assert.equal(store("namespace0.0/size", `${16 * MiB}`), "ENXIO");
  assert.equal(store("namespace0.0/uuid", UUIDS[0]!), "ok");
  assert.equal(store("namespace0.0/size", `${16 * MiB - 4096}`), "EINVAL");
  assert.equal(store("namespace0.0/size", `${528 * MiB}`), "ENOSPC");
  assert.equal(store("namespace0.0/size", `${512 * MiB}`), "ok");
  assert.deepEqual(free(dom0), { available: 0, extent: 0 });
  assert.equal(store("namespace0.0/size", "0x1000000"), "ok");
  assert.deepEqual(free(dom0), { available: 496 * MiB, extent: 496 * MiB });
  assert.equal(store("namespace0.0/size", "0"), "ok");
  assert.deepEqual(free(dom0), { available: 512 * MiB, extent: 512 * MiB });
  assert.equal(dom0.namespace("namespace0.0")!.uuid, undefined);
});

Deno.test("growing takes only what lies next to it; a hole is refilled by the first that fits", async () => {
  const { dom0, store } = await labelled();
  const make = (i: number, size: number) => {
    assert.equal(store(`namespace0.${i}/uuid`, UUIDS[i]!), "ok");
    assert.equal(store(`namespace0.${i}/size`, String(size)), "ok");
    dom0.bind(`namespace0.${i}`)._unsafeUnwrap();
    dom0.unbind(`namespace0.${i}`)._unsafeUnwrap();
  };
  [0, 1, 2].forEach((i) => make(i, 64 * MiB));
  // The middle one goes; the first can grow into the hole, and no further.
  assert.equal(store("namespace0.1/size", "0"), "ok");
  assert.deepEqual(free(dom0), { available: 384 * MiB, extent: 320 * MiB });
  assert.equal(store("namespace0.0/size", `${144 * MiB}`), "ENXIO");
  assert.equal(store("namespace0.0/size", `${80 * MiB}`), "ok");
  make(3, 48 * MiB);
  assert.equal(dom0.namespace("namespace0.3")!.extent.start, 4 * GiB + 80 * MiB);
  assert.deepEqual(free(dom0), { available: 320 * MiB, extent: 320 * MiB });
});

Deno.test("growing with nothing free beside it takes the mapping's start, and the label tells of that part alone", async () => {
  const { dom0, store } = await labelled();
  UUIDS.slice(0, 3).forEach((uuid, i) => {
    assert.equal(store(`namespace0.${i}/uuid`, uuid), "ok");
    assert.equal(store(`namespace0.${i}/size`, `${[128, 128, 256][i]! * MiB}`), "ok");
    dom0.bind(`namespace0.${i}`)._unsafeUnwrap();
  });
  for (const i of [0, 2]) dom0.unbind(`namespace0.${i}`)._unsafeUnwrap();
  assert.equal(store("namespace0.0/size", "0"), "ok");
  assert.equal(store("namespace0.2/size", `${384 * MiB}`), "ok");
  const extent = () => dom0.namespace("namespace0.2")!.extent;
  assert.deepEqual(extent(), { start: 4 * GiB, end: 4 * GiB + 384 * MiB });
  assert.deepEqual(free(dom0), { available: 0, extent: 0 });
  assert.deepEqual(dom0.bind("namespace0.2")._unsafeUnwrapErr(), "EBUSY", "namespace0.1 has part of that");
  const extents = () => dom0.sysfs.read(`${SYSFS_ROOT}/namespace0.2/dpa_extents`)._unsafeUnwrap();
  assert.equal(extents(), "2");

  assert.equal(store("namespace0.2/size", `${368 * MiB}`), "ok");
  assert.deepEqual(free(dom0), { available: 16 * MiB, extent: 16 * MiB }, "it shrinks at its end");
  dom0.boot();
  const sizes = dom0.namespaces(0).map(({ uuid, size }) => [uuid, size]).filter(([, size]) => size !== 0);
  assert.deepEqual(sizes, [[UUIDS[2], 128 * MiB], [UUIDS[1], 128 * MiB]], "what no label tells of is gone");
});

Deno.test("what is bound or claimed is busy", async () => {
  const { dom0, store } = await labelled();
  store("namespace0.0/uuid", UUIDS[0]!);
  store("namespace0.0/size", `${64 * MiB}`);
  dom0.bind("namespace0.0")._unsafeUnwrap();
  for (const [attribute, text] of [["size", "0"], ["uuid", UUIDS[1]!], ["alt_name", "x"], ["sector_size", "512"]]) {
    assert.equal(store(`namespace0.0/${attribute}`, text!), "EBUSY", attribute);
  }
  dom0.unbind("namespace0.0")._unsafeUnwrap();
  assert.equal(store("pfn0.0/namespace", "namespace0.0"), "ok");
  assert.equal(store("namespace0.0/size", "0"), "EBUSY");
  assert.equal(store("pfn0.0/namespace", "\n"), "ok");
  assert.equal(store("namespace0.0/size", "0"), "ok");
});

Deno.test("names have 63 bytes, sector sizes are two, uuids look like uuids", async () => {
  const { store } = await labelled();
  assert.equal(store("namespace0.0/alt_name", "x".repeat(63)), "ok");
  assert.equal(store("namespace0.0/alt_name", "x".repeat(64)), "EINVAL");
  assert.equal(store("namespace0.0/alt_name", "é".repeat(32)), "EINVAL");
  assert.deepEqual(["512", "4096", "520", "0"].map((size) => store("namespace0.0/sector_size", size)), [
    "ok",
    "ok",
    "EINVAL",
    "EINVAL",
  ]);
  assert.equal(store("namespace0.0/uuid", "not-a-uuid"), "EINVAL");
  assert.equal(store("namespace0.0/uuid", UUIDS[0]!), "ok");
  assert.equal(store("namespace0.0/nosuch", "1"), "ENOENT");
  assert.equal(store("namespace9.0/size", "1"), "ENOENT");
});

Deno.test("a label-less namespace has no attributes to write but two", () => {
  const { dom0 } = madeHost().host.fork();
  const store = storing(dom0);
  dom0.unbind("namespace0.0")._unsafeUnwrap();
  assert.deepEqual(
    ["uuid", "alt_name", "size", "sector_size"].map((attribute) =>
      store(`namespace0.0/${attribute}`, attribute === "uuid" ? UUIDS[0]! : "512")
    ),
    ["ENXIO", "ENXIO", "ENXIO", "ENXIO"],
  );
  assert.equal(store("namespace0.0/force_raw", "1"), "ok");
  assert.equal(store("namespace0.0/force_raw", "maybe"), "EINVAL");
});

Deno.test("a region's alignment is a power of two for each DIMM, from a page to the region", async () => {
  const image = importCapture(folderOf("iset-two-way"), "start")._unsafeUnwrap();
  const host = hostFrom(image);
  await sessionOn(host).run("ndctl list");
  const store = storing(host.fork().dom0);
  const cases: readonly [number, Errno | "ok"][] = [
    [8192, "ok"],
    [4096, "EINVAL"],
    [12288, "EINVAL"],
    [2 * GiB, "ok"],
    [4 * GiB, "EINVAL"],
  ];
  for (const [align, answer] of cases) assert.equal(store("region0/align", String(align)), answer, String(align));
});

Deno.test("a read-only region binds what is there and makes nothing new", async () => {
  const { dom0, store } = await labelled();
  store("namespace0.0/uuid", UUIDS[0]!);
  store("namespace0.0/size", `${64 * MiB}`);
  assert.equal(store("region0/read_only", "1"), "ok");
  for (const [path, text] of [["mode", "pmem"], ["uuid", UUIDS[1]!], ["namespace", "namespace0.0"]]) {
    assert.equal(store(`pfn0.0/${path}`, text!), "ok", path);
  }
  assert.equal(dom0.bind("pfn0.0").match(() => "ok", (errno) => errno), "ENXIO");
  assert.equal(store("region0/read_only", "0"), "ok");
  assert.equal(dom0.bind("pfn0.0").match(() => "ok", (errno) => errno), "ok");
});
