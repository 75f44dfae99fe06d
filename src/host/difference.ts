/** What is different between two states of a host, in the operator's objects: namespaces, regions, frames, domains. */
import { type Description } from "./describe.ts";

export interface Difference {
  readonly object: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Objects that are not the same in both, in the order of the first. Of descriptions, not of forks: a fork looks through to its
 * host, and after a commit it would show the new state.
 */
export function differenceBetween(before: Description, after: Description): Difference[] {
  const list: Difference[] = [];
  for (const [object, text] of before) {
    const now = after.get(object);
    if (now !== text) list.push({ object, before: text, after: now });
  }
  for (const [object, text] of after) if (!before.has(object)) list.push({ object, before: undefined, after: text });
  return list;
}
