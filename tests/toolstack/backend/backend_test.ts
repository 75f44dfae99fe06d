/** Every reason for which memory is not given to a guest (model section 4), with its numbers and its way out. */
import assert from "node:assert/strict";
import { MiB } from "../../../src/base/units.ts";
import { BUS, type BusDevice, type DaxDevice } from "../../../src/dom0/mod.ts";
import { STATE_FLAG } from "../../../src/acpi/mod.ts";
import { type DaxFile, explainCreate, type MountedOn } from "../../../src/toolstack/mod.ts";
import { daxFiles, extent } from "../dax_files.ts";
import { withDimmFlags } from "../flags.ts";
import { create, refusedFor } from "../guests.ts";
import { bootedHost, join, type Joined, toolstackOn } from "../joined.ts";

const SERVER = "server-two-socket";
const ALIGN = 16 * MiB;
const RAW = "namespace1.3";
const FSDAX = "namespace0.0";

/** The server with these namespaces handed to Xen. */
function withReported(...names: string[]): Joined {
  const joined = toolstackOn(SERVER);
  for (const namespace of names) joined.toolstack.setup({ namespace, mgmt: undefined, align: ALIGN })._unsafeUnwrap();
  return joined;
}

/** What is said when guest 1 asks for this. */
function said(
  { toolstack }: Joined,
  spec: string,
): { readonly kind: string; readonly what: string; readonly hint: string } {
  const fault = refusedFor(toolstack, 1, { vnvdimms: [spec] });
  const kind = fault.kind === "backend" ? fault.refusal.kind : fault.kind;
  assert.deepEqual(toolstack.assignments(), []);
  return { kind, ...explainCreate(fault) };
}

Deno.test("what is not there, not handed over, in sector mode or Xen's own", () => {
  const joined = withReported(FSDAX);
  joined.toolstack.setup({ namespace: "namespace1.0", mgmt: RAW, align: ALIGN })._unsafeUnwrap();
  assert.deepEqual(said(joined, "namespace7.0"), {
    kind: "no-backend",
    what: "namespace7.0: No such device or address",
    hint: "ndctl list -N shows namespaces and devices",
  });
  assert.equal(said(joined, "/dev/pmem9").what, "/dev/pmem9: No such file or directory");
  assert.equal(said(joined, "/dev/sda").kind, "no-backend");
  assert.equal(said(joined, "/mnt/file").kind, "no-backend");
  assert.deepEqual(said(joined, "namespace1.4"), {
    kind: "backend-not-reported",
    what: "namespace1.4 is not Xen's yet",
    hint: "xl pmem-setup --namespace namespace1.4",
  });
  assert.match(said(joined, "namespace0.2").what, /is in sector mode: its blocks are not where its addresses are/);
  assert.match(said(joined, RAW).what, /namespace1.3 holds Xen's own structures/);
  assert.match(said(joined, "type=mfn, backend=0x400000, nr_pages=16").what, /dom0 manages pmem on this host/);
});

Deno.test("a namespace is found by its name, by its device and as type=pmem", () => {
  for (const spec of [RAW, "/dev/pmem1.3", "type=pmem, backend=/dev/pmem1.3", `type=namespace, backend=${RAW}`]) {
    const { toolstack } = withReported(RAW);
    const { domid } = create(toolstack, 1, { vnvdimms: [spec] })._unsafeUnwrap();
    assert.equal(toolstack.record(domid)!.vnvdimms[0]!.runs[0]!.mfn, 0x3a05000, spec);
  }
});

Deno.test("a namespace that has been disabled behind the toolstack's back", () => {
  const joined = withReported(RAW);
  joined.fork.dom0.closeExclusive("pmem1.3");
  joined.fork.dom0.unbind(RAW)._unsafeUnwrap();
  assert.deepEqual(said(joined, RAW), {
    kind: "backend-disabled",
    what: "namespace1.3 is disabled",
    hint: "ndctl enable-namespace namespace1.3",
  });
});

Deno.test("a namespace that is mounted, opened or onlined as memory in dom0", () => {
  const files = daxFiles({ "pmem0": { directory: "/mnt/p0", dax: true } }, []);
  const joined = toolstackOn(SERVER, { files });
  joined.toolstack.setup({ namespace: FSDAX, mgmt: RAW, align: ALIGN })._unsafeUnwrap();
  assert.deepEqual(said(joined, FSDAX), {
    kind: "backend-mounted",
    what: "namespace0.0 is mounted on /mnt/p0 in dom0",
    hint: "umount /mnt/p0, or give the guest a file in it",
  });
  joined.fork.dom0.openExclusive("dax1.2", "open by a program")._unsafeUnwrap();
  assert.match(said(joined, "namespace1.2").what, /in use: \/dev\/dax1.2 is open by a program/);

  const ram = toolstackOn(SERVER);
  const { devices } = ram.fork.state.dom0;
  devices.set("dev/dax1.2", { ...devices.get("dev/dax1.2")!, driver: "kmem" } as DaxDevice);
  assert.match(said(ram, "/dev/dax1.2").what, /in use as ordinary memory of dom0/);
});

for (const [flag, says] of [["notArmed", /not armed/], ["saveFailed", /last save/], ["mapFailed", /map it/]] as const) {
  Deno.test(`a DIMM with ${flag} that was sound when its namespace was handed over`, () => {
    const host = bootedHost("xen-dom0-carved");
    const sound = host.fork();
    join(sound).toolstack.setup({ namespace: "namespace0.0", mgmt: undefined, align: ALIGN })._unsafeUnwrap();
    const report = sound.state.toolstack.reports.get([...sound.state.toolstack.reports.ids()][0]!)!;

    const worn = bootedHost("xen-dom0-carved", (image) => withDimmFlags(image, 1, STATE_FLAG[flag])).fork();
    worn.state.toolstack.reports.set([...sound.state.toolstack.reports.ids()][0]!, report);
    const answer = said(join(worn), "namespace0.0");
    assert.equal(answer.kind, "backend-unhealthy");
    assert.match(answer.what, says);
  });
}

/** dom0's kernel has heard of an uncorrectable error in this sector. */
function knowBad({ fork }: Joined, start: number): void {
  const { devices } = fork.state.dom0;
  devices.set(BUS, { ...devices.get(BUS) as BusDevice, badRanges: [{ start, end: start + 512 }] });
}

Deno.test("known bad sectors in the range, and none outside it", () => {
  const joined = withReported(RAW);
  const bad = 0x3a06000000;
  knowBad(joined, bad);
  const answer = said(joined, RAW);
  assert.match(answer.what, /uncorrectable errors at 0x3a06000000 - 0x3a06000200/);
  assert.match(answer.hint, /ndctl clear-errors namespace1.3 zeroes the bad sectors/);

  const beside = withReported(RAW);
  knowBad(beside, 0x3a05000000 - 512);
  assert.ok(create(beside.toolstack, 1, { vnvdimms: [RAW] }).isOk(), "the reserved area is not the guest's");
});

Deno.test("label pages leave at least one page of data", () => {
  const { toolstack } = withReported(RAW);
  const pages = (0x3b80000000 - 0x3a05000000) / 4096;
  const fault = refusedFor(toolstack, 1, { vnvdimms: [`type=namespace, backend=${RAW}, nr_label_pages=${pages}`] });
  assert.match(explainCreate(fault).what, /has \d+ pages, \d+ label pages leave nothing/);
  const most = `type=namespace, backend=${RAW}, nr_label_pages=${pages - 1}`;
  assert.ok(create(toolstack, 1, { vnvdimms: [most] }).isOk());
});

const PATH = "/mnt/p0/disk1";
const MOUNT: MountedOn = { directory: "/mnt/p0", dax: true };

/** A file on the fsdax namespace, whose structures are elsewhere. */
function withFile(extents: DaxFile["extents"], mount: MountedOn = MOUNT, size = 4 * MiB) {
  const files = daxFiles({ pmem0: mount }, [{ path: PATH, device: "pmem0", size, extents }]);
  const joined = toolstackOn(SERVER, { files });
  joined.toolstack.setup({ namespace: FSDAX, mgmt: RAW, align: ALIGN })._unsafeUnwrap();
  return { ...joined, files };
}

Deno.test("a file's extents are mapped in the order of the file and the file is held", () => {
  const joined = withFile([extent(0, 64 * MiB, 3 * MiB), extent(3 * MiB, 32 * MiB, MiB)]);
  const { domid } = create(joined.toolstack, 1, { vnvdimms: [PATH] })._unsafeUnwrap();
  const [vnvdimm] = joined.toolstack.record(domid)!.vnvdimms;
  const data = joined.fork.dom0.namespace(FSDAX)!.extent.start + 0x20200000;
  assert.deepEqual(vnvdimm!.runs, [
    { mfn: (data + 64 * MiB) / 4096, count: 768 },
    { mfn: (data + 32 * MiB) / 4096, count: 256 },
  ]);
  assert.equal(joined.files.held.get(PATH), "assigned to g1");
  joined.toolstack.destroy(domid)._unsafeUnwrap();
  assert.equal(joined.files.held.get(PATH), "assigned to g1", "off is not given up");
  joined.toolstack.detach("g1", 0)._unsafeUnwrap();
  assert.equal(joined.files.held.get(PATH), undefined);
});

Deno.test("blocks behind a file's end are not the guest's", () => {
  const { toolstack } = withFile([extent(0, 64 * MiB, 6 * MiB), extent(6 * MiB, 90 * MiB, MiB, "unwritten")]);
  const { domid } = create(toolstack, 1, { vnvdimms: [PATH] })._unsafeUnwrap();
  assert.equal(toolstack.record(domid)!.vnvdimms[0]!.pages, 4 * MiB / 4096);
});

Deno.test("a file's unwritten extents, with the dd line filled in", () => {
  const answer = said(withFile([extent(0, 64 * MiB, 3 * MiB), extent(3 * MiB, 32 * MiB, MiB, "unwritten")]), PATH);
  assert.equal(answer.what, "/mnt/p0/disk1 has unwritten extents: stores of a guest would not be its content");
  assert.equal(answer.hint, "dd if=/dev/zero of=/mnt/p0/disk1 bs=1M count=4 conv=notrunc,fsync");
});

Deno.test("a file's shared and inline extents, with a copy as the way out", () => {
  for (const flag of ["shared", "inline", "encoded", "delayed"] as const) {
    const answer = said(withFile([extent(0, 64 * MiB, 4 * MiB, flag)]), PATH);
    assert.match(answer.what, new RegExp(`has ${flag} extents`));
    assert.match(answer.hint, /fallocate -l 4194304 \/mnt\/p0\/disk1.new; dd if=\/dev\/zero of=\/mnt\/p0\/disk1.new/);
  }
});

Deno.test("a file's holes: at the start, in the middle, at the end, everywhere", () => {
  const cases = [
    [extent(MiB, 64 * MiB, 3 * MiB)],
    [extent(0, 64 * MiB, MiB), extent(2 * MiB, 70 * MiB, 2 * MiB)],
    [extent(0, 64 * MiB, 3 * MiB)],
    [],
  ];
  for (const extents of cases) {
    const answer = said(withFile(extents), PATH);
    assert.equal(answer.kind, "file-holes");
    assert.match(answer.hint, /^fallocate -l 4194304 \/mnt\/p0\/disk1; dd if=/);
  }
});

Deno.test("a file's extents that are not whole pages", () => {
  assert.match(said(withFile([extent(0, 64 * MiB + 512, 4 * MiB)]), PATH).what, /an extent's offset 0x4000200/);
  assert.match(
    said(withFile([extent(0, 64 * MiB, 512), extent(512, 96 * MiB, 4 * MiB - 512)]), PATH).what,
    /length 0x200/,
  );
  assert.match(said(withFile([extent(0, 64 * MiB, MiB)], MOUNT, 1536), PATH).what, /its size 0x600 is not a multiple/);
});

Deno.test("a file whose filesystem is not mounted with -o dax, and one whose namespace is not handed over", () => {
  const extents = [extent(0, 64 * MiB, 4 * MiB)];
  assert.match(said(withFile(extents, { directory: "/mnt/p0", dax: false }), PATH).what, /not mounted with -o dax/);
  const files = daxFiles({ pmem0: MOUNT }, [{ path: PATH, device: "pmem0", size: 4 * MiB, extents }]);
  const answer = said(toolstackOn(SERVER, { files }), PATH);
  assert.deepEqual([answer.kind, answer.hint], ["backend-not-reported", "xl pmem-setup --namespace namespace0.0"]);
});

Deno.test("a file with bad sectors in it, and one beside them", () => {
  const bad = (joined: Joined) => {
    const start = joined.fork.dom0.namespace(FSDAX)!.extent.start + 0x20200000 + 64 * MiB;
    knowBad(joined, start);
  };
  const inside = withFile([extent(0, 64 * MiB, 4 * MiB)]);
  bad(inside);
  assert.equal(said(inside, PATH).kind, "backend-unhealthy");
  const beside = withFile([extent(0, 128 * MiB, 4 * MiB)]);
  bad(beside);
  assert.ok(create(beside.toolstack, 1, { vnvdimms: [PATH] }).isOk());
});
