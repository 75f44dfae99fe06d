/** The objects a definition block declares, as a tree: what ACPICA's namespace shows once the table is loaded. */
import { aslName, declaredPath, segmentsOf } from "./name.ts";
import { type AmlName, type AmlOperand, type AmlOperation, type AmlTerm, isOperation } from "./term.ts";

export type AmlObjectKind =
  | "scope"
  | "device"
  | "method"
  | "name"
  | "region"
  | "field"
  | "buffer field"
  | "other";

/** One object. What does not apply to its kind is absent. */
export interface AmlObject {
  readonly kind: AmlObjectKind;
  /** The operator that declares it: `Device`, `CreateDWordField`. */
  readonly operator: string;
  /** Without padding: `NV00`, `_ADR`. */
  readonly name: string;
  /** Absolute: `\_SB.NVDR.NV00`. */
  readonly path: string;
  /** Bytes from the start of the table. */
  readonly offset: number;
  readonly args?: number;
  readonly serialized?: boolean;
  readonly syncLevel?: number;
  /** What a Name holds, or where a region or field lies. */
  readonly value?: AmlValue;
  readonly children: readonly AmlObject[];
}

export type AmlValue =
  | { readonly kind: "integer"; readonly value: bigint; readonly width: number }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "buffer"; readonly bytes: Uint8Array }
  | { readonly kind: "package"; readonly elements: number }
  | { readonly kind: "region"; readonly space: number }
  | { readonly kind: "bits"; readonly at: number; readonly bits: number };

/**
 * The tree in the order of declaration. Method bodies run later and declare then: `bodies` lists what they would.
 */
export function objectTree(terms: readonly AmlTerm[], bodies = false): AmlObject[] {
  return declared(terms, [], bodies);
}

function declared(terms: readonly AmlTerm[], scope: readonly string[], bodies: boolean): AmlObject[] {
  return terms.flatMap((term) => (isOperation(term) ? objectsOf(term, scope, bodies) : []));
}

const KINDS: Readonly<Record<string, AmlObjectKind>> = {
  Scope: "scope",
  Device: "device",
  Method: "method",
  Name: "name",
  OperationRegion: "region",
  CreateField: "buffer field",
  CreateBitField: "buffer field",
  CreateByteField: "buffer field",
  CreateWordField: "buffer field",
  CreateDWordField: "buffer field",
  CreateQWordField: "buffer field",
  Alias: "other",
  Mutex: "other",
  Event: "other",
  Processor: "other",
  PowerResource: "other",
  ThermalZone: "other",
  DataTableRegion: "other",
};
/** Operators whose terms run when they are reached, in the scope they stand in. */
const BLOCKS = new Set(["If", "Else", "While"]);

function objectsOf(operation: AmlOperation, scope: readonly string[], bodies: boolean): AmlObject[] {
  const { op, operands, terms = [] } = operation;
  if (operation.fields) return fieldObjects(operation, scope);
  if (BLOCKS.has(op.name)) return declared(terms, scope, bodies);
  const kind = KINDS[op.name];
  if (kind === undefined) return [];
  const name = declaredName(operation);
  if (name === undefined) return [];
  const inside = declaredPath(scope, name.path);
  const own = { kind, operator: op.name, ...named(inside), offset: operation.offset };
  if (op.name === "Method") {
    const flags = operands[1] as number;
    const children = bodies ? declared(terms, inside, bodies) : [];
    return [{ ...own, args: flags & 7, serialized: (flags & 8) !== 0, syncLevel: flags >> 4, children }];
  }
  const value = valueOf(operation);
  return [{ ...own, ...(value && { value }), children: declared(terms, inside, bodies) }];
}

/** The name an operator declares: the last one it has for Create…Field and Alias, the first one else. */
function declaredName({ op, operands }: AmlOperation): AmlName | undefined {
  const names = operands.filter(isName);
  return op.name === "Alias" || op.name.startsWith("Create") ? names.at(-1) : names[0];
}

const isName = (operand: AmlOperand): operand is AmlName => typeof operand === "object" && operand.kind === "name";

const named = (path: readonly string[]): { name: string; path: string } => ({
  name: aslName(path.at(-1) ?? "\\"),
  path: "\\" + aslName(path.join(".")),
});

function valueOf({ op, operands }: AmlOperation): AmlValue | undefined {
  if (op.name === "OperationRegion") return { kind: "region", space: operands[1] as number };
  const data = operands[1];
  if (op.name !== "Name" || typeof data !== "object") return undefined;
  if (data.kind === "integer" || data.kind === "string") return data;
  if (data.kind === "operation" && data.op.name === "Buffer") {
    return { kind: "buffer", bytes: data.bytes ?? new Uint8Array() };
  }
  if (data.kind === "operation" && data.op.name === "Package") {
    return { kind: "package", elements: data.operands[0] as number };
  }
  return undefined;
}

/** The named bits of a Field, IndexField or BankField; they lie beside the region, not under it. */
function fieldObjects(operation: AmlOperation, scope: readonly string[]): AmlObject[] {
  const objects: AmlObject[] = [];
  let at = 0;
  for (const field of operation.fields!) {
    if (field.kind === "named") {
      const path = [...scope, ...segmentsOf(field.name)];
      const value = { kind: "bits", at, bits: field.bits } as const;
      const { op, offset } = operation;
      objects.push({ kind: "field", operator: op.name, ...named(path), offset, value, children: [] });
    }
    if (field.kind === "named" || field.kind === "skipped") at += field.bits;
  }
  return objects;
}

/** Every object of the tree, parents before children. */
export function* allObjects(tree: readonly AmlObject[]): Generator<AmlObject> {
  for (const object of tree) {
    yield object;
    yield* allObjects(object.children);
  }
}
