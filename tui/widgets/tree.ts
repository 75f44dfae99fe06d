/** Trees shown as lists: the nodes in sight of an open-and-close hierarchy, flattened. */

export interface TreeRow<N> {
  readonly id: string;
  readonly node: N;
  readonly depth: number;
  readonly state: "open" | "closed" | "leaf";
}

export interface TreeShape<N> {
  readonly id: (node: N) => string;
  readonly isLeaf: (node: N) => boolean;
  /** Asked only for nodes that are open. */
  readonly children: (node: N) => readonly N[];
  /** Whether a node starts open; `turned` holds those that have been turned over. */
  readonly startsOpen: (node: N, depth: number) => boolean;
}

export function flattened<N>(roots: readonly N[], shape: TreeShape<N>, turned: ReadonlySet<string>): TreeRow<N>[] {
  const rows: TreeRow<N>[] = [];
  const visit = (node: N, depth: number): void => {
    const id = shape.id(node);
    const state = shape.isLeaf(node) ? "leaf" : shape.startsOpen(node, depth) !== turned.has(id) ? "open" : "closed";
    rows.push({ id, node, depth, state });
    if (state === "open") shape.children(node).forEach((child) => visit(child, depth + 1));
  };
  roots.forEach((node) => visit(node, 0));
  return rows;
}

export const treeSign = (state: TreeRow<unknown>["state"]): string =>
  state === "open" ? "▾ " : state === "closed" ? "▸ " : "  ";

export const toggled = (turned: ReadonlySet<string>, id: string): ReadonlySet<string> => {
  const next = new Set(turned);
  if (!next.delete(id)) next.add(id);
  return next;
};
