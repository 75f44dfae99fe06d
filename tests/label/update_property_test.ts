/** Any history of updates and deletes, against a simple model; and a power failure at any write, or in the middle of one. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ABSTRACTION,
  applyWrites,
  availableSlots,
  checkLabelArea,
  countFree,
  deleteLabels,
  initialiseAsKernel,
  initialiseAsNdctl,
  type LabelArea,
  type LabelSpec,
  nameOf,
  type NamespaceLabel,
  type NotedWrite,
  readLabelArea,
  updateLabel,
} from "../../src/label/mod.ts";

const EXTENT = 0x1000000;

const uuidOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

const specOf = (n: number, name: string): LabelSpec => ({
  uuid: uuidOf(n),
  name,
  nlabel: 1,
  position: 0,
  isetCookie: 7n,
  lbaSize: 512,
  dpa: n * EXTENT,
  rawSize: EXTENT,
  typeGuid: "66f0d379-b4f3-4074-ac43-0d3318b78cdb",
  abstractionGuid: ABSTRACTION.none,
});

interface Step {
  readonly kind: "update" | "delete" | "rename";
  readonly n: number;
  readonly name: string;
  /** Read the area again, as after a reboot. */
  readonly reread: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom("update", "update", "update", "delete", "rename"),
    n: fc.nat(11),
    name: fc.string({ maxLength: 12 }).filter((text) => !text.includes("\0")),
    reread: fc.boolean(),
  }),
  { maxLength: 40 },
);

const starts = fc.constantFrom(
  { version: "1.1", size: 2048, kernel: false },
  { version: "1.2", size: 4096, kernel: false },
  { version: "1.1", size: 2048, kernel: true },
  { version: "1.2", size: 131072, kernel: true },
);

type Start = { readonly version: string; readonly size: number; readonly kernel: boolean };

function fresh({ version, size, kernel }: Start): { bytes: Uint8Array; area: LabelArea } {
  const blank = new Uint8Array(size);
  const change =
    (kernel
      ? initialiseAsKernel(size, version === "1.1" ? 128 : 256)
      : initialiseAsNdctl(blank, version as "1.1" | "1.2"))._unsafeUnwrap();
  return { bytes: applyWrites(blank, change.writes), area: change.area };
}

/** What a reader would say is there: uuid and name of each label, and how many slots are left. */
const contents = (area: LabelArea): unknown => [
  area.labels.map((label: NamespaceLabel) => `${label.uuid} ${nameOf(label)}`).sort(),
  countFree(area.free, area.slots),
];

const problems = (bytes: Uint8Array): string[] =>
  checkLabelArea(bytes).map(({ kind }) => kind).filter((kind) => kind !== "tail bits" && kind !== "sequence tie");

/** The change a step makes, or undefined where there is no slot for it. */
function change(area: LabelArea, step: Step, model: Map<string, string>) {
  if (step.kind === "delete") {
    model.delete(uuidOf(step.n));
    return deleteLabels(area, uuidOf(step.n));
  }
  // A rename takes over the extent of another namespace, which must therefore be the only one at that place.
  const former = step.kind === "rename" ? uuidOf(step.n) : undefined;
  const n = former ? step.n + 100 : step.n;
  const spec = { ...specOf(n, step.name), dpa: (n % 100) * EXTENT };
  const rival = uuidOf(n < 100 ? n + 100 : n - 100);
  if (model.has(rival) && rival !== former) return undefined;
  const updated = updateLabel(area, spec, { updating: false, ...(former ? { formerUuid: former } : {}) });
  if (updated.isErr()) {
    assert.equal(countFree(area.free, area.slots), 0);
    return undefined;
  }
  if (former) model.delete(former);
  model.set(spec.uuid, step.name);
  return updated.value;
}

Deno.test("after any history the area is sound, holds what the model holds, and reads as the view that was handed on", () => {
  fc.assert(
    fc.property(starts, steps, (start, history) => {
      let { bytes, area } = fresh(start);
      const model = new Map<string, string>();
      for (const step of history) {
        const next = change(area, step, model);
        if (!next) continue;
        bytes = applyWrites(bytes, next.writes);
        area = next.area;
        const read = readLabelArea(bytes)._unsafeUnwrap();
        assert.deepEqual(read, area);
        if (step.reread) area = read;
        assert.deepEqual(problems(bytes), []);
        assert.deepEqual(
          area.labels.map((label) => [label.uuid, nameOf(label)]).sort(),
          [...model].sort(),
        );
        assert.equal(availableSlots(area), area.slots - model.size - 1);
      }
    }),
    { numRuns: 150 },
  );
});

/** The medium after a power failure: some writes whole, the next one in part, in any mixture of 64-byte units. */
function* interrupted(bytes: Uint8Array, writes: readonly NotedWrite[], mask: number): Generator<Uint8Array> {
  for (let done = 0; done <= writes.length; done++) {
    const whole = applyWrites(bytes, writes.slice(0, done));
    yield whole;
    const next = writes[done];
    if (!next) return;
    for (let units = 1; units * 8 < next.bytes.length; units += 7) {
      yield applyWrites(whole, [{ ...next, bytes: next.bytes.subarray(0, units * 8) }]);
    }
    const torn = whole.slice();
    for (let i = 0; i < next.bytes.length; i += 64) {
      if ((mask >> (i / 64) % 16 & 1) === 1) torn.set(next.bytes.subarray(i, i + 64), next.offset + i);
    }
    yield torn;
  }
}

Deno.test("a power failure at any write, or within one, leaves the labels before it or those after it", () => {
  fc.assert(
    fc.property(starts, steps, fc.nat(0xffff), (start, history, mask) => {
      let { bytes, area } = fresh(start);
      const model = new Map<string, string>();
      for (const step of history.slice(0, 12)) {
        const next = change(area, step, model);
        if (!next) continue;
        const [before, after] = [contents(area), contents(next.area)];
        for (const medium of interrupted(bytes, next.writes, mask)) {
          const read = contents(readLabelArea(medium)._unsafeUnwrap());
          try {
            assert.deepEqual(read, before);
          } catch {
            assert.deepEqual(read, after);
          }
        }
        bytes = applyWrites(bytes, next.writes);
        area = next.area;
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("with every slot in use an update is refused, and nothing is written", () => {
  const { area } = fresh({ version: "1.2", size: 1024, kernel: true });
  const one = updateLabel(area, specOf(1, "a"), { updating: false })._unsafeUnwrap().area;
  assert.equal(availableSlots(one), 0);
  const two = updateLabel(one, specOf(2, "b"), { updating: false })._unsafeUnwrap().area;
  assert.equal(availableSlots(two), -1);
  assert.deepEqual(updateLabel(two, specOf(2, "c"), { updating: false })._unsafeUnwrapErr(), {
    kind: "no free slot",
    slots: 2,
  });
  assert.equal(deleteLabels(two, uuidOf(9)).writes.length, 1, "a delete that matches nothing rewrites the index");
});
