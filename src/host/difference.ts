/** What is different between two states of a host, in the operator's objects: namespaces, regions, frames, domains. */

export interface Difference {
  readonly object: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Objects by name, each told in one line; a component of the host describes its own. */
export type Description = ReadonlyMap<string, string>;

export function differenceOf(before: Description, after: Description): Difference[] {
  const list: Difference[] = [];
  for (const [object, text] of before) {
    const now = after.get(object);
    if (now !== text) list.push({ object, before: text, after: now });
  }
  for (const [object, text] of after) if (!before.has(object)) list.push({ object, before: undefined, after: text });
  return list;
}
