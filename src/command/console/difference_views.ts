/** What changed between two states of a host, one line an object. */
import { type Description, differenceBetween } from "../../host/mod.ts";
import { type DifferenceView } from "../language/console_host.ts";

export const differenceViews = (before: Description, after: Description): DifferenceView[] =>
  differenceBetween(before, after).map(({ object, before, after }): DifferenceView => {
    if (before === undefined) return { sign: "+", object, text: after ?? "" };
    return after === undefined
      ? { sign: "-", object, text: before }
      : { sign: "~", object, text: `${before} → ${after}` };
  });
