/**
 * Why a vNVDIMM needs the leaves it needs, and what would save some, in sentences with the setting or the option in them
 * (model section 4: only remedies that the guest's Linux accepts).
 */
import { isAligned } from "../../base/quantity.ts";
import { GiB, grouped, hex, MiB, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { type Advice, advise, type Cause, type Change, type Cost, type Order, type Remedy } from "../../ept/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { namespaceBacking } from "../../toolstack/mod.ts";
import { leafCountsOf } from "../console/forecast.ts";
import { counted } from "../tables/counted.ts";
import { type PmemRange } from "./address_names.ts";
import { type GuestEpt } from "./guest_ept.ts";
import { leafName, leavesText } from "./leaf_text.ts";

/** What can be done about the place of the data depends on what holds it. */
type Backing = "raw namespace" | "namespace" | "file" | "frames";

export interface PmemAdvice {
  readonly pmem: PmemRange;
  readonly advice: Advice;
  readonly causes: readonly string[];
  /** Best first; without those that the guest's Linux would not accept. */
  readonly remedies: readonly string[];
}

/** Advice for every vNVDIMM, in order of guest address. */
export const pmemAdvice = (host: Fork, { layout, names }: GuestEpt): PmemAdvice[] =>
  names.pmem.map((pmem) => {
    const advice = advise(layout, pmem.gpa);
    const backing = backingOf(host, pmem);
    return {
      pmem,
      advice,
      causes: [...advice.causes.map(causeText), ...placeWarning(pmem)],
      remedies: advice.remedies.filter((remedy) => isWorthwhile(remedy, advice.now)).flatMap((remedy) =>
        remedyText(remedy, backing)
      ),
    };
  });

function backingOf(host: Fork, { name }: PmemRange): Backing {
  if (name.startsWith("/")) return "file";
  const mode = namespaceBacking(host.dom0, name)?.mode;
  return mode === undefined ? "frames" : mode === "raw" ? "raw namespace" : "namespace";
}

/** Linux's sub-section: a vNVDIMM that starts elsewhere can hold neither fsdax nor devdax in the guest. */
const GUEST_STEP = 16 * MiB;

const placeWarning = ({ gpa }: PmemRange): string[] =>
  isAligned(gpa.start, GUEST_STEP)
    ? []
    : [`it does not start on ${leafName(GUEST_STEP)}: the guest's ndctl refuses fsdax and devdax there`];

const pageOf = (order: Order): string => leafName(PAGE_SIZE * 2 ** order);

function causeText(cause: Cause): string {
  switch (cause.kind) {
    case "distance":
      return `the data starts ${hex(cause.beyond1g)} past a GiB of the guest's addresses, so pages of ${
        pageOf(cause.permits)
      } are the largest that fit`;
    case "ragged-ends":
      return `its ends are ragged: ${leavesText(leafCountsOf({ ...cause, leaf1g: 0 }))}`;
    case "fragments": {
      const { in4k, in2m, in1g } = cause.permitted;
      return `it lies in ${grouped(cause.extents)} extents: ${shortSize(in1g)} could be mapped by 1 GiB, ${
        shortSize(in2m)
      } by 2 MiB, ${shortSize(in4k)} by 4 KiB at most`;
    }
    case "order-limit":
      return `it is mapped by pages of ${pageOf(cause.maxOrder)} at most, where ${pageOf(cause.permits)} would fit`;
    case "processor":
      return `the processor has no pages of ${pageOf(cause.lacks)}`;
  }
}

/** More memory for whole GiB is no remedy where no 1 GiB page comes of it. */
const isWorthwhile = ({ change, after }: Remedy, now: Cost): boolean =>
  change.kind !== "whole-pages" || change.step < GiB || after.leaf1g > now.leaf1g;

/** None where the remedy cannot be had. */
function remedyText({ change, after, savesTables }: Remedy, backing: Backing): string[] {
  const way = wayOf(change, backing);
  if (way === undefined) return [];
  const tables = savesTables > 0 ? `, ${counted(savesTables, "table")} fewer` : "";
  return [`${way.how}: ${leavesText(leafCountsOf(after))}${tables}${way.price ? `, ${way.price}` : ""}`];
}

/** What to do, and what it costs besides the doing. */
function wayOf(change: Change, backing: Backing): { how: string; price?: string } | undefined {
  switch (change.kind) {
    case "move-gpa":
      return isAligned(change.gpa, GUEST_STEP) ? { how: 'with nvdeck_placement = "congruent"' } : undefined;
    case "move-mpa": {
      const price = `${shortSize(change.skip)} less capacity`;
      const step = leafName(change.step).replace(" GiB", "G").replace(" MiB", "M");
      if (backing === "namespace") return { how: `recreated with -a ${step}`, price };
      if (backing === "raw namespace") return { how: `handed over again with --align ${step}`, price };
      return backing === "frames" ? { how: `starting at frame ${hex(change.mpa / PAGE_SIZE)}`, price } : undefined;
    }
    case "whole-pages":
      return {
        how: `with ${shortSize(change.add)} more behind it (data and labels together a multiple of ${
          leafName(change.step)
        })`,
      };
    case "raise-order":
      return { how: `with nvdeck_ept_order = ${change.order}` };
    case "extent-size":
      return backing === "file" ? { how: `allocated in aligned pieces of ${leafName(change.step)}` } : undefined;
    case "one-extent":
      return backing === "file" ? { how: "in one piece, as a whole namespace instead of a file" } : undefined;
  }
}
