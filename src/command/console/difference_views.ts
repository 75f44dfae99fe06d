/** What changed between two states of a host, one line an object. */
import { differenceBetween, type Fork } from "../../host/mod.ts";
import { type DifferenceView } from "../language/console_host.ts";

export const differenceViews = (before: Fork, after: Fork): DifferenceView[] =>
  differenceBetween(before, after).map(({ object, before, after }): DifferenceView => {
    if (before === undefined) return { sign: "+", object, text: after ?? "" };
    return after === undefined
      ? { sign: "-", object, text: before }
      : { sign: "~", object, text: `${before} → ${after}` };
  });
