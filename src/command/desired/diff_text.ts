/** Differences as an operator reads them: `+` is to be made, `-` is to go, `~` is to change; as it is → as it is wanted. */
import { type Json } from "../../base/json.ts";
import { fieldText, type ObjectDifference } from "./difference.ts";

const SIGN = { make: "+", remove: "-", change: "~" } as const;

export const diffText = (differences: readonly ObjectDifference[]): string =>
  differences.map((each) => `${headline(each)}\n${fieldLines(each)}`).join("");

function headline({ kind, name, change, device, line }: ObjectDifference): string {
  const at = device === undefined || device === name ? "" : ` (${device})`;
  return `${SIGN[change]} ${kind} ${name}${at}${line === undefined ? ", which the file does not name" : ""}`;
}

const fieldLines = ({ change, fields }: ObjectDifference): string =>
  fields.map((each) => `    ${change === "make" ? `${each.field} ${each.wanted}` : fieldText(each)}\n`).join("");

export const diffValue = (differences: readonly ObjectDifference[]): Json =>
  differences.map(({ kind, name, change, device, line, fields }) => ({
    kind,
    name,
    change,
    device: device ?? null,
    line: line ?? null,
    fields: fields.map(({ field, actual, wanted }) => ({ field, actual: actual ?? null, wanted: wanted ?? null })),
  }));
