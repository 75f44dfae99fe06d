/** Faults put where they are: at the field whose bytes they are about, or at the structure as a whole. */
import { type FieldNode } from "../language/console_host.ts";

export interface PlacedFault {
  readonly offset: number;
  readonly length: number;
  readonly severity: string;
  readonly text: string;
}

/** The tree (structures in order of offset, fields below them) with each fault at its node; several are joined. */
export function withFaults(tree: readonly FieldNode[], faults: readonly PlacedFault[]): FieldNode[] {
  const byNode = new Map<FieldNode, string>();
  for (const fault of faults) {
    const node = nodeOf(tree, fault);
    if (!node) continue;
    const text = fault.severity === "error" ? fault.text : `${fault.severity}: ${fault.text}`;
    const before = byNode.get(node);
    byNode.set(node, before === undefined ? text : `${before}; ${text}`);
  }
  if (byNode.size === 0) return [...tree];
  const faulted = (node: FieldNode): FieldNode => ({
    ...node,
    fault: byNode.get(node),
    children: node.children.map(faulted),
  });
  return tree.map(faulted);
}

function nodeOf(tree: readonly FieldNode[], { offset, length }: PlacedFault): FieldNode | undefined {
  const structure = tree[Math.max(0, countUpTo(tree, offset) - 1)];
  if (!structure || (structure.offset === offset && structure.length === length)) return structure;
  const fields = structure.children;
  return fields.find((field) => field.offset === offset && field.length === length) ??
    fields.findLast((field) => field.offset <= offset && offset < field.offset + field.length) ?? structure;
}

/** Nodes that start at or before an offset, by bisection: hostile tables have as many faults as structures. */
function countUpTo(tree: readonly FieldNode[], offset: number): number {
  let [low, high] = [0, tree.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tree[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
