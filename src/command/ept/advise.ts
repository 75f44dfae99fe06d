/** `ept advise`: what each vNVDIMM costs in entries, why, and what to align to save some. */
import { ok } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { hex, shortSize } from "../../base/units.ts";
import { leafCountsOf } from "../console/forecast.ts";
import { counted } from "../tables/counted.ts";
import { wrapped } from "../tables/wrapped.ts";
import { type PmemRange } from "./address_names.ts";
import { type PmemAdvice, pmemAdvice } from "./advice_text.ts";
import { answer, domainVerb, JSON_OPTION } from "./domain_verb.ts";
import { leavesText } from "./leaf_text.ts";

export const eptAdvise = domainVerb<{ readonly json: boolean }>({
  verb: "advise",
  summary: "Say what would make a guest's EPT smaller",
  help: "Only what the guest's Linux accepts is proposed: it wants namespaces to start on 16 MiB.",
  options: JSON_OPTION,
  parse: (parsed) => ok({ json: parsed.has("json") }),
  run(ept, { json }, host, context) {
    const advice = pmemAdvice(host, ept);
    const value = advice.map(adviceJson);
    const none = [`${ept.name} has no vNVDIMM`];
    return answer(context, json, value, () => (advice.length === 0 ? none : advice.flatMap(adviceLines)));
  },
});

/** Columns of a line. */
const WIDTH = 118;

function adviceLines({ pmem, advice, causes, remedies }: PmemAdvice, i: number): string[] {
  const { now, mappedBytes } = advice;
  const sentences = [
    ...causes,
    ...(remedies.length > 0 ? remedies.map((remedy) => `→ ${remedy}`) : ["→ as few entries as can be"]),
  ];
  return [
    ...(i === 0 ? [] : [""]),
    `${pmemTitle(pmem)}  ${hex(pmem.gpa.start)} – ${hex(pmem.gpa.end)}  ${shortSize(mappedBytes)}: ${
      leavesText(leafCountsOf(now))
    }, ${counted(now.tables, "table")}`,
    ...sentences.flatMap((text) => wrapped(text, WIDTH - 4).map((line, n) => `${n === 0 ? "  " : "    "}${line}`)),
  ];
}

/** `nv0 namespace0.3`; what has no name of its own is called by its slot alone. */
const pmemTitle = ({ slot, name }: PmemRange): string => name === `nv${slot}` ? name : `nv${slot}  ${name}`;

const adviceJson = ({ pmem, advice, causes, remedies }: PmemAdvice): Json => ({
  slot: pmem.slot,
  backed_by: pmem.name,
  gpa: pmem.gpa.start,
  bytes: advice.mappedBytes,
  now: { ...advice.now },
  causes,
  remedies,
});
