import assert from "node:assert/strict";
import {
  ABSTRACTION,
  describeLabelArea,
  geometry,
  nameOf,
  type NamespaceLabel,
  readLabel,
  readLabelArea,
  slotOffset,
} from "../../src/label/mod.ts";
import { captured } from "./captures.ts";
import { Replay, type Replayed, type ReplayedRegion, type Wanted } from "./replay.ts";

const { none, btt2, pfn, dax } = ABSTRACTION;

/** A capture's DIMMs: blank or earlier areas to start from, the areas to reach, and the labels found in them. */
class Capture {
  readonly end: Uint8Array[];
  readonly replay: Replay;
  readonly made = new Map<string, { region: ReplayedRegion; namespace: Replayed }>();

  constructor(folder: string, dimms: number[]) {
    const load = (when: string) => dimms.map((dimm) => captured(`${folder}/labels/${when}.nmem${dimm}.bin.gz`));
    this.end = load("end");
    this.replay = new Replay(load("start"));
    for (const bytes of this.replay.bytes) readLabelArea(bytes).map((area) => this.replay.areas.push(area));
  }

  /** The newest label of a name, in use or not; undefined where it was overwritten. */
  label(dimm: number, name: string): NamespaceLabel | undefined {
    const bytes = this.end[dimm]!;
    const { labelSize } = readLabelArea(bytes)._unsafeUnwrap().geometry;
    const g = geometry(bytes.length, labelSize)!;
    let found: NamespaceLabel | undefined;
    for (let slot = 0; slot < 32; slot++) {
      const label = readLabel(bytes, slotOffset(g, slot), labelSize);
      if (nameOf(label) === name && (!found || found.flags !== 0)) found = label;
    }
    return found;
  }

  /** All labels that one DIMM still holds, in use or not, by slot. */
  everyLabel(dimm: number): NamespaceLabel[] {
    return describeLabelArea(this.end[dimm]!)!.slots.map(({ label }) => label);
  }

  /** Size, place and identity are taken from the labels that are left; the attributes that are stored, from the command. */
  wanted(region: ReplayedRegion, name: string, lbaSize: number | undefined, abstraction: string): Wanted {
    const labels = region.dimms.map((dimm) => this.label(dimm, name));
    return {
      uuid: labels[0]?.uuid ?? `00000000-0000-4000-8000-${String(this.made.size).padStart(12, "0")}`,
      name,
      dpa: labels.map((label) => Number(label?.dpa ?? 0n)),
      size: Number(labels[0]?.rawSize ?? 0x1000n),
      lbaSize,
      abstraction,
    };
  }

  create(region: ReplayedRegion, name: string, lbaSize: number | undefined, abstraction: string): void {
    const namespace = this.replay.create(region, this.wanted(region, name, lbaSize, abstraction));
    this.made.set(name, { region, namespace });
  }

  destroy(name: string): void {
    const { region, namespace } = this.made.get(name)!;
    this.replay.destroy(region, namespace);
  }

  region(...dimms: number[]): ReplayedRegion {
    const bytes = this.end[dimms[0]!]!;
    const area = readLabelArea(bytes)._unsafeUnwrap();
    const label = readLabel(bytes, area.geometry.labelOffset, area.geometry.labelSize);
    return { dimms, cookie: label.isetCookie, typeGuid: label.typeGuid };
  }

  assertReached(): void {
    for (const [dimm, bytes] of this.end.entries()) {
      const wrong = bytes.findIndex((byte, i) => byte !== this.replay.bytes[dimm]![i]);
      assert.equal(wrong, -1, `DIMM ${dimm} differs at ${wrong}`);
      assert.deepEqual(
        this.replay.areas[dimm],
        readLabelArea(bytes)._unsafeUnwrap(),
        "the view handed on equals a fresh reading",
      );
    }
  }
}

function replayed(folder: string, dimms: number[], version: "1.1" | "1.2", script: (c: Capture) => void): void {
  const capture = new Capture(folder, dimms);
  capture.replay.initialise(version);
  script(capture);
  capture.assertReached();
}

Deno.test("one namespace of each mode, both label versions", () => {
  for (const [folder, version] of [["carve-modes", "1.1"], ["carve-modes-v12", "1.2"]] as const) {
    replayed(folder, [0], version, (c) => {
      const region = c.region(0);
      c.create(region, "fs-dev", 512, pfn);
      c.create(region, "fs-mem", 512, pfn);
      c.create(region, "sec4k", 4096, btt2);
      c.create(region, "ddax", 512, dax);
      c.create(region, "rawns", 512, none);
      assert.equal(c.replay.indexWrites, 5 * 8);
    });
  }
});

Deno.test("two aligned DIMMs, the second filled in three modes", () => {
  replayed("carve-aligned", [0, 1], "1.2", (c) => {
    c.create(c.region(1), "f", 512, pfn);
    c.create(c.region(1), "d", 512, dax);
    c.create(c.region(1), "s", 4096, btt2);
    c.create(c.region(0), "whole0", 512, none);
  });
});

Deno.test("a destroyed namespace frees its slot and leaves its last label behind", () => {
  for (const [folder, version] of [["carve-v11", "1.1"], ["carve-v12", "1.2"]] as const) {
    replayed(folder, [0], version, (c) => {
      const region = c.region(0);
      c.create(region, "one", 512, none);
      c.create(region, "two", 512, pfn);
      c.create(region, "three", 4096, btt2);
      c.destroy("one");
      assert.equal(c.replay.indexWrites, 3 * 8 + 3);
    });
  }
});

Deno.test("one namespace over a whole region", () => {
  replayed("carve-raw-whole", [0], "1.1", (c) => c.create(c.region(0), "whole", 512, none));
});

Deno.test("twenty creates and fifteen destroys", () => {
  replayed("carve-churn", [0], "1.1", (c) => {
    const region = c.region(0);
    for (let i = 0; i < 20; i++) {
      c.create(region, `c${i}`, 512, none);
      if (i % 4 !== 0) c.destroy(`c${i}`);
    }
  });
});

Deno.test("holes are refilled", () => {
  replayed("carve-holes", [0], "1.2", (c) => {
    const region = c.region(0);
    for (const i of [1, 2, 3, 4, 5]) c.create(region, `n${i}`, 512, none);
    c.destroy("n2");
    c.destroy("n4");
    c.create(region, "bigger", 512, none);
    c.create(region, "smaller", 512, none);
  });
});

Deno.test("a store to size or alt_name of a namespace is one update", () => {
  replayed("carve-resize", [0], "1.2", (c) => {
    const region = c.region(0);
    c.create(region, "first", 512, none);
    const { size, ...rest } = c.wanted(region, "renamed", 512, none);
    const second = c.replay.create(region, { ...rest, name: "second", size: 2 * size });
    c.replay.store(region, second, { size });
    c.replay.store(region, second, { name: "renamed" });
  });
});

Deno.test("a sector size that namespaces do not offer is not stored", () => {
  replayed("carve-sector-sizes", [0], "1.2", (c) => {
    const region = c.region(0);
    c.create(region, "s512", 512, btt2);
    c.create(region, "s4096", 4096, btt2);
    c.create(region, "s520", undefined, btt2);
    c.create(region, "s4160", undefined, btt2);
    assert.equal(c.replay.indexWrites, 8 + 8 + 6 + 6);
  });
});

Deno.test("reconfigure keeps the extent and changes the uuid in place", () => {
  replayed("carve-reconfigure", [0], "1.2", (c) => {
    const region = c.region(0);
    const last = c.wanted(region, "re", 4096, dax);
    const uuid = (n: number) => last.uuid.replace(/^./, (digit) => ((parseInt(digit, 16) + n) % 16).toString(16));
    const namespace = c.replay.create(region, { ...last, uuid: uuid(1), lbaSize: 512, abstraction: none });
    c.replay.reconfigure(region, namespace, { ...last, uuid: uuid(2), lbaSize: 512, abstraction: pfn });
    c.replay.reconfigure(region, namespace, { ...last, uuid: uuid(3), lbaSize: 4096, abstraction: btt2 });
    c.replay.reconfigure(region, namespace, last);
    assert.equal(c.replay.indexWrites, 8 + 3 * 12);
  });
});

Deno.test("a create that fails after its last store is taken back like a destroy", () => {
  replayed("carve-reboot/boot0", [0, 1], "1.2", (c) => {
    c.create(c.region(0), "keep", 512, pfn);
    c.create(c.region(0), "gone", 512, none);
    c.create(c.region(1), "all1", 512, dax);
    c.destroy("all1");
  });
});

Deno.test("a reboot changes nothing in how labels go on", () => {
  const c = new Capture("carve-reboot/boot1", [0, 1]);
  const region = c.region(0);
  const gone = readLabelArea(captured("carve-reboot/boot0/labels/end.nmem0.bin.gz"))._unsafeUnwrap().labels
    .find((label) => nameOf(label) === "gone")!;
  const namespace: Replayed = {
    uuid: gone.uuid,
    name: "gone",
    size: Number(gone.rawSize),
    lbaSize: 512,
    abstraction: none,
    dpa: [Number(gone.dpa)],
  };
  c.replay.destroy(region, namespace);
  c.create(region, "later", 4096, btt2);
  c.assertReached();
});

Deno.test("two DIMMs, and a create refused for its alignment", () => {
  replayed("carve-two-dimms", [0, 1], "1.2", (c) => {
    const [first, second] = [c.region(0), c.region(1)];
    c.create(first, "a0", 512, none);
    c.create(second, "b0", 512, dax);
    c.destroy("b0");
    c.create(first, "a1", 512, pfn);
    c.create(second, "b1", 4096, btt2);
    c.destroy("a0");
    c.create(first, "a2", 512, none);
  });
});

Deno.test("an evening at the terminal: labels saved and put back, everything destroyed at once", () => {
  const MiB = 1024 * 1024;
  replayed("transcript-ndctl-2", [0], "1.2", (c) => {
    const region = c.region(0);
    const { replay } = c;
    const last = (dpa: number, size: number, name = "") => {
      const label = c.everyLabel(0).findLast((label) =>
        label.dpa === BigInt(dpa) && label.rawSize === BigInt(size) && nameOf(label) === name
      );
      return {
        uuid: label?.uuid ?? `00000000-0000-4000-8000-${String(dpa).padStart(12, "0")}`,
        name,
        dpa: [dpa],
        size,
      };
    };
    const raw = (at: number, size = 16, name = "") =>
      replay.create(region, { ...last(at * MiB, size * MiB, name), lbaSize: 512, abstraction: none });
    const first = [0, 16, 32, 48].map((at) => raw(at));
    replay.destroy(region, raw(64, 448));
    const long = "123456789 ".repeat(6);
    const names = [`${long}12`, `${long}123`, "", 'dépôt "a/b"\\n', 'dépôt "a/b"\\n', "", ""];
    const more = names.map((name, i) => raw(64 + 16 * i, 16, name));
    assert.equal(replay.indexWrites, 12 * 8 + 3);
    // ndctl read-labels -o; a namespace more; region disabled; ndctl write-labels -i
    const [bytes, area] = [replay.bytes[0]!, replay.areas[0]!];
    replay.create(region, { ...last(176 * MiB, 32 * MiB, "later"), lbaSize: 4096, abstraction: btt2 });
    [replay.bytes[0], replay.areas[0]] = [bytes, area];
    for (const namespace of [...first, ...more]) replay.destroy(region, namespace);

    const sector = replay.create(region, { ...last(0, 16 * MiB), lbaSize: 4096, abstraction: btt2 });
    const small = replay.create(region, { ...last(16 * MiB, 16 * MiB), lbaSize: 512, abstraction: dax });
    replay.create(region, { ...last(32 * MiB, 480 * MiB), lbaSize: 512, abstraction: pfn });
    replay.destroy(region, small);
    replay.destroy(region, sector);
  });
});

Deno.test("Xen's dom0 and bare metal leave the same labels", () => {
  replayed("xen-dom0-carved", [0], "1.2", (c) => {
    const region = c.region(0);
    c.create(region, "xraw", 512, none);
    c.create(region, "xsec", 4096, btt2);
    c.create(region, "xfsm", 512, pfn);
    c.create(region, "xfsd", 512, pfn);
    c.create(region, "xdax", 512, dax);
  });
});

Deno.test("a DIMM in two regions carries the labels of both", () => {
  replayed("iset-two-regions", [0, 1], "1.2", (c) => {
    const cookieOf = (dimm: number, name: string) => c.label(dimm, name)!.isetCookie;
    c.create({ ...c.region(0, 1), cookie: cookieOf(0, "set") }, "set", 512, none);
    c.create(c.region(0), "up1", 512, pfn);
    c.create(c.region(1), "up2", 4096, btt2);
  });
});

Deno.test("a two-socket server: two regions of four DIMMs", () => {
  replayed("server-two-socket", [0, 1, 2, 3, 4, 5, 6, 7], "1.2", (c) => {
    const region = (name: string) => {
      const dimms = [0, 1, 2, 3, 4, 5, 6, 7].filter((dimm) => c.label(dimm, name));
      return c.region(...dimms.sort((a, b) => c.label(a, name)!.position - c.label(b, name)!.position));
    };
    const [left, right] = [region("db0"), region("db1")];
    c.create(left, "db0", 512, pfn);
    c.create(right, "db1", 512, pfn);
    c.create(left, "old0", 512, none);
    c.create(left, "log0", 4096, btt2);
    c.create(right, "log1", 512, btt2);
    c.create(left, "cache0", 512, dax);
    c.create(right, "cache1", 512, dax);
    c.create(left, "tmp0", 512, pfn);
    c.create(right, "scratch1", 512, none);
    c.create(right, "files1", 512, pfn);
    c.destroy("old0");
  });
});

Deno.test("interleave sets: two passes over all DIMMs", () => {
  replayed("iset-four-way", [0, 1, 2, 3], "1.2", (c) => {
    const region = c.region(0, 1, 2, 3);
    c.create(region, "a", 512, pfn);
    c.create(region, "b", 512, none);
  });
  replayed("iset-two-way-v11", [0, 1], "1.1", (c) => {
    const region = c.region(0, 1);
    c.create(region, "il", 512, none);
    c.create(region, "fs", 512, pfn);
  });
  replayed("iset-two-way", [0, 1], "1.2", (c) => {
    const region = c.region(0, 1);
    c.create(region, "il", 512, pfn);
    c.create(region, "sec", 4096, btt2);
    c.create(region, "r", 512, none);
    c.destroy("il");
    c.create(region, "d", 512, dax);
  });
});
