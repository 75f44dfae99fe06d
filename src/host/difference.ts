/** What is different between two states of a host, in the operator's objects: namespaces, regions, frames, domains. */
import { describe } from "./describe.ts";
import { type Fork } from "./fork.ts";

export interface Difference {
  readonly object: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Objects that are not the same on both, in the order of the first. */
export function differenceBetween(one: Fork, other: Fork): Difference[] {
  const before = describe(one);
  const after = describe(other);
  const list: Difference[] = [];
  for (const [object, text] of before) {
    const now = after.get(object);
    if (now !== text) list.push({ object, before: text, after: now });
  }
  for (const [object, text] of after) if (!before.has(object)) list.push({ object, before: undefined, after: text });
  return list;
}
