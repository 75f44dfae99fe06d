/** Declared objects that namespaces carry, compared with what is there: made, changed or removed. */
import { type FieldDifference, type ObjectDifference } from "./difference.ts";
import { type NamespaceNow, type NamespacesNow } from "./namespaces_now.ts";

type Kind = "namespace" | "xen";

interface Declared {
  readonly name: string;
  /** Of the file. */
  readonly line: number;
  readonly state: "present" | "absent" | undefined;
}

interface Comparison<W extends Declared> {
  /** Whether the namespace carries such an object now. */
  has(now: NamespaceNow): boolean;
  /** Whether that can be taken away. */
  canGo(now: NamespaceNow): boolean;
  fields(wanted: W, now: NamespaceNow | undefined): readonly FieldDifference[];
}

/** In the order of the file, then what the file would have gone though it does not name it. */
export function compared<W extends Declared>(
  kind: Kind,
  wanted: readonly W[],
  now: NamespacesNow,
  pruned: readonly NamespaceNow[],
  { has, canGo, fields }: Comparison<W>,
): ObjectDifference[] {
  const declared = wanted.flatMap((each): ObjectDifference[] => {
    const found = now.find(each.name);
    const common = { kind, name: each.name, line: each.line, device: found?.device } as const;
    const isThere = found !== undefined && has(found);
    if (each.state === "absent") return isThere && canGo(found) ? [{ ...common, change: "remove", fields: [] }] : [];
    const different = fields(each, found);
    if (!isThere) return [{ ...common, change: "make", fields: different }];
    return different.length === 0 ? [] : [{ ...common, change: "change", fields: different }];
  });
  const removed = pruned.map(({ name, device }): ObjectDifference => ({
    kind,
    name,
    line: undefined,
    device,
    change: "remove",
    fields: [],
  }));
  return [...declared, ...removed];
}
