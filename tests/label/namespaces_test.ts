import assert from "node:assert/strict";
import { decodeNfit, linuxRegions, readAsLinux } from "../../src/acpi/mod.ts";
import {
  ABSTRACTION,
  compareAsLinux,
  initialiseAsKernel,
  type LabelArea,
  type LabelledRegion,
  type LabelSpec,
  namespacesFromLabels,
  readLabelArea,
  reserveDpa,
  updateLabel,
} from "../../src/label/mod.ts";
import { captured, capturedFiles } from "./captures.ts";
import { sysfsOf } from "./captured_namespaces.ts";

const PM = "66f0d379-b4f3-4074-ac43-0d3318b78cdb";
const MiB = 1024 * 1024;

/** The regions of a captured table over the label areas of one moment. */
function regionsOf(host: string, folder: string, when: "start" | "end"): LabelledRegion[] {
  const there = new Set(capturedFiles(new RegExp(`^${folder}/labels/${when}\\.nmem[0-9]+\\.bin\\.gz$`)));
  const nfit = readAsLinux(decodeNfit(captured(`${host}/nfit.bin`))._unsafeUnwrap());
  const { regions, dimms } = linuxRegions(nfit);
  return regions.map(({ start, mappings, cookies, spa }) => ({
    start,
    cookie1: cookies.cookie1,
    cookie2: cookies.cookie2,
    altCookie: cookies.altcookie,
    typeGuid: spa.record.rangeType,
    mappings: mappings.map(({ dimm, start, size }) => {
      const path = `${folder}/labels/${when}.nmem${dimms.indexOf(dimm)}.bin.gz`;
      return { start, size, area: there.has(path) ? readLabelArea(captured(path)).unwrapOr(undefined) : undefined };
    }),
  }));
}

Deno.test("the labels of every captured host give the namespaces that sysfs listed", () => {
  let count = 0;
  for (const path of capturedFiles(/end\.sysfs\.txt$/)) {
    const folder = path.replace(/\/end\.sysfs\.txt$/, "");
    const nfit = capturedFiles(new RegExp(`^(${folder}|${folder.split("/")[0]})(/boot[01])?/nfit\\.bin$`))[0];
    if (!nfit) continue;
    const sysfs = sysfsOf(path);
    for (const [number, region] of regionsOf(nfit.replace(/\/nfit\.bin$/, ""), folder, "end").entries()) {
      if (sysfs.get(`region${number}`)?.get("nstype") !== "5") continue;
      const listed = [...sysfs].filter(([device, files]) =>
        device.startsWith(`namespace${number}.`) && files.get("size") !== "0"
      );
      const wanted = listed.map(([, files]) => ({
        uuid: files.get("uuid")!,
        name: files.get("alt_name")!,
        start: Number(files.get("resource")),
        size: Number(files.get("size")),
        lbaSize: Number(/\[([0-9]+)\]/.exec(files.get("sector_size")!)?.[1] ?? 0),
      }));
      const found = namespacesFromLabels(region)._unsafeUnwrap();
      const plain = found.map(({ uuid, name, start, size, lbaSize }) => ({ uuid, name, start, size, lbaSize }));
      const byUuid = (a: { uuid: string }, b: { uuid: string }) => (a.uuid < b.uuid ? -1 : 1);
      assert.deepEqual(plain.sort(byUuid), wanted.sort(byUuid), `${folder} region${number}`);
      count += found.length;
    }
  }
  assert.ok(count >= 60, `${count} namespaces`);
});

Deno.test("after a reboot namespaces are numbered in the order in which they are found", () => {
  const sysfs = sysfsOf("carve-reboot/boot1/start.sysfs.txt");
  const nfit = capturedFiles(/^carve-reboot\/.*nfit\.bin$/)[0]!.replace(/\/nfit\.bin$/, "");
  const [region] = regionsOf(nfit, "carve-reboot/boot1", "start");
  for (const [i, { uuid }] of namespacesFromLabels(region!)._unsafeUnwrap().entries()) {
    assert.equal(sysfs.get(`namespace0.${i}`)!.get("uuid"), uuid);
  }
});

Deno.test("addresses sort by their bytes in memory, not by their value", () => {
  const sorted = [0x240000000, 0x1f0000000, 0x100000000, 0x200000000].sort(compareAsLinux);
  assert.deepEqual(sorted, [0x100000000, 0x200000000, 0x240000000, 0x1f0000000]);
  assert.equal(compareAsLinux(0x100000000, 0x100000000), 0);
});

/** Two DIMMs of 1 GiB, interleaved; labels are put where a test wants them. */
class TwoWay {
  readonly areas: LabelArea[] = [0, 1].map(() => initialiseAsKernel(131072, 256)._unsafeUnwrap().area);

  label(dimm: number, n: number, change: Partial<LabelSpec> = {}): void {
    const spec: LabelSpec = {
      uuid: `00000000-0000-4000-8000-00000000000${n}`,
      name: `n${n}`,
      nlabel: 2,
      position: dimm,
      isetCookie: 0x22n,
      lbaSize: 512,
      dpa: (n - 1) * 64 * MiB,
      rawSize: 64 * MiB,
      typeGuid: PM,
      abstractionGuid: ABSTRACTION.pfn,
      ...change,
    };
    this.areas[dimm] = updateLabel(this.areas[dimm]!, spec, { updating: false })._unsafeUnwrap().area;
  }

  /** A second label of the same uuid, as no update leaves it. */
  stray(dimm: number, n: number, change: Partial<LabelSpec>): void {
    const before = this.areas[dimm]!.labels.find(({ uuid }) => uuid.endsWith(`${n}`))!;
    this.label(dimm, n, change);
    const area = this.areas[dimm]!;
    this.areas[dimm] = { ...area, labels: [...area.labels, before].sort((a, b) => a.slot - b.slot) };
  }

  region(change: Partial<LabelledRegion> = {}): LabelledRegion {
    const mappings = this.areas.map((area) => ({ start: 0, size: 1024 * MiB, area }));
    return { start: 0x100000000, mappings, cookie1: 0x11n, cookie2: 0x22n, altCookie: 0x33n, typeGuid: PM, ...change };
  }
}

const both = (set: TwoWay, n: number, change: Partial<LabelSpec> = {}) => {
  set.label(0, n, change);
  set.label(1, n, change.position === undefined ? change : { ...change, position: 1 - change.position });
};

Deno.test("a complete set is a namespace over both DIMMs", () => {
  const set = new TwoWay();
  both(set, 1);
  both(set, 2);
  const [first, second] = namespacesFromLabels(set.region())._unsafeUnwrap();
  assert.deepEqual([first!.start, first!.size, first!.claimClass], [0x100000000, 128 * MiB, "pfn"]);
  assert.equal(second!.start, 0x100000000 + 2 * 64 * MiB, "offset in the DIMM times the number of ways");
});

Deno.test("a missing position, a wrong nlabel and a wrong type fail the whole region", () => {
  for (const change of [{ position: 0 }, { nlabel: 3 }, { typeGuid: ABSTRACTION.dax }, { isetCookie: 0x44n }]) {
    const set = new TwoWay();
    both(set, 1);
    set.label(0, 2);
    set.label(1, 2, change);
    assert.deepEqual(namespacesFromLabels(set.region())._unsafeUnwrapErr(), {
      kind: "missing label",
      uuid: "00000000-0000-4000-8000-000000000002",
      position: 1,
    });
  }
});

Deno.test("labels of a foreign set are skipped, those with the old kernels' cookie are not", () => {
  const set = new TwoWay();
  both(set, 1, { isetCookie: 0x44n });
  assert.deepEqual(namespacesFromLabels(set.region())._unsafeUnwrap(), []);
  both(set, 2, { isetCookie: 0x33n });
  assert.equal(namespacesFromLabels(set.region())._unsafeUnwrap().length, 1);
});

Deno.test("without a cookie there are no namespaces, if there is a label at all", () => {
  const set = new TwoWay();
  assert.deepEqual(namespacesFromLabels(set.region({ cookie2: 0n }))._unsafeUnwrap(), []);
  both(set, 1);
  assert.equal(namespacesFromLabels(set.region({ cookie2: 0n }))._unsafeUnwrapErr().kind, "no cookie");
});

Deno.test("two labels of one uuid on a DIMM fail the region, with one DIMM and with several", () => {
  const one = new TwoWay();
  one.label(0, 1, { nlabel: 1 });
  one.stray(0, 1, { nlabel: 1, dpa: 512 * MiB });
  const region = one.region();
  assert.deepEqual(namespacesFromLabels({ ...region, mappings: region.mappings.slice(0, 1) })._unsafeUnwrapErr(), {
    kind: "conflicting extents",
    uuid: "00000000-0000-4000-8000-000000000001",
    slot: 1,
  });
  const first = new TwoWay();
  both(first, 1);
  first.stray(0, 1, { dpa: 512 * MiB });
  assert.equal(namespacesFromLabels(first.region())._unsafeUnwrapErr().kind, "missing label");
  const second = new TwoWay();
  second.label(0, 1);
  second.label(1, 1, { position: 7 });
  second.stray(1, 1, { dpa: 512 * MiB });
  assert.equal(namespacesFromLabels(second.region())._unsafeUnwrapErr().kind, "missing label");
  const unseen = new TwoWay();
  both(unseen, 1);
  unseen.stray(1, 1, { dpa: 512 * MiB });
  assert.ok(namespacesFromLabels(unseen.region()).isOk(), "Linux stops looking once the position is found");
});

Deno.test("an extent that leaves its mapping fails the region; one that starts outside is another region's", () => {
  const set = new TwoWay();
  both(set, 1, { dpa: 1024 * MiB - 4096 });
  assert.deepEqual(namespacesFromLabels(set.region())._unsafeUnwrapErr(), {
    kind: "outside mapping",
    uuid: "00000000-0000-4000-8000-000000000001",
    mapping: 0,
    slot: 0,
  });
  const other = new TwoWay();
  both(other, 1, { dpa: 1024 * MiB });
  assert.deepEqual(namespacesFromLabels(other.region())._unsafeUnwrap(), []);
});

Deno.test("name, uuid and sector size are those of the label with position 0, wherever it lies", () => {
  const set = new TwoWay();
  set.label(0, 1, { position: 1, name: "no", lbaSize: 4096 });
  set.label(1, 1, { position: 0, name: "yes", lbaSize: 512 });
  const [namespace] = namespacesFromLabels(set.region())._unsafeUnwrap();
  assert.deepEqual([namespace!.name, namespace!.lbaSize], ["yes", 512]);
});

Deno.test("each label reserves its extent; overlapping, empty and wrapping ones fail the DIMM", () => {
  const set = new TwoWay();
  set.label(0, 2);
  set.label(0, 1);
  const reserved = reserveDpa(set.areas[0]!)._unsafeUnwrap();
  assert.deepEqual(reserved.map(({ dpa, size }) => [dpa, size]), [[0, 64 * MiB], [64 * MiB, 64 * MiB]]);
  set.label(0, 3, { dpa: 64 * MiB - 4096, rawSize: 4096 });
  assert.deepEqual(reserveDpa(set.areas[0]!)._unsafeUnwrapErr().other, 1);
  for (const change of [{ rawSize: 0 }, { dpa: 2 ** 63, rawSize: 2 ** 63 + 4096 }]) {
    const one = new TwoWay();
    one.label(0, 1, change);
    assert.equal(reserveDpa(one.areas[0]!)._unsafeUnwrapErr().other, undefined);
  }
  const edge = new TwoWay();
  edge.label(0, 1, { dpa: 2 ** 63, rawSize: 2 ** 63 });
  assert.deepEqual(reserveDpa(edge.areas[0]!)._unsafeUnwrap(), [], "checked, but beyond any DIMM");
});
