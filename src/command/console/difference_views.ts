/** What a rehearsal changed, one line an object. */
import { differenceBetween, type Host } from "../../host/mod.ts";
import { type DifferenceView } from "../language/console_host.ts";

export const differenceViews = (before: Host, after: Host): DifferenceView[] =>
  differenceBetween(before.fork(), after.fork()).map(({ object, before, after }): DifferenceView => {
    if (before === undefined) return { sign: "+", object, text: after ?? "" };
    return after === undefined
      ? { sign: "-", object, text: before }
      : { sign: "~", object, text: `${before} → ${after}` };
  });
