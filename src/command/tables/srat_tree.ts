/** An SRAT as a tree of fields: which proximity domain memory and processors belong to. */
import { decodeSrat, SRAT_STRUCTURES, type SratEntry, sratHeader, xenSratRefusal } from "../../acpi/mod.ts";
import { hex, shortSize } from "../../base/units.ts";
import { type FieldNode } from "../language/console_host.ts";
import { type DecodedTree, restNode, structureNode } from "./structure_tree.ts";

/** A table that cannot be read is one node of bytes and a note that says why. */
export function sratTree(bytes: Uint8Array): DecodedTree {
  return decodeSrat(bytes).match(({ header, entries, rest }): DecodedTree => {
    const head = { name: "SRAT header", value: `${header.signature}, ${header.length} bytes` };
    const claimed = bytes.length - rest.length;
    return {
      tree: [
        structureNode(sratHeader, header, 0, sratHeader.size, head),
        ...entries.map(entryNode),
        ...(rest.length > 0 ? [restNode(rest, claimed)] : []),
      ],
      notes: xenNotes(bytes),
    };
  }, ({ reason }) => ({ tree: [restNode(bytes, 0)], notes: [reason] }));
}

const entryNode = (entry: SratEntry, number: number): FieldNode => {
  const { kind, record, offset, raw } = entry;
  const declaration = SRAT_STRUCTURES[kind];
  return structureNode(declaration, record, offset, raw.length, {
    name: `#${number} ${declaration.name}`,
    value: summaryOf(entry),
  });
};

function summaryOf(entry: SratEntry): string {
  switch (entry.kind) {
    case "memory": {
      const { base, size, proximityDomain } = entry.record;
      return `PXM ${proximityDomain}, ${hex(base)}, ${shortSize(Number(size))}`;
    }
    case "x2apic":
      return `PXM ${entry.record.proximityDomain}, x2APIC ${entry.record.x2apicId}`;
    case "processor":
      return `PXM ${entry.record.proximityLow}, APIC ${entry.record.apicId}`;
    case "other":
      return `type ${entry.record.type}, ${entry.record.length} bytes`;
  }
}

function xenNotes(bytes: Uint8Array): string[] {
  const refusal = decodeSrat(bytes).map(xenSratRefusal).unwrapOr(undefined);
  if (!refusal) return [];
  const why = refusal.kind === "overlap"
    ? `the ranges at ${hex(refusal.range.start)} and ${hex(refusal.with.start)} overlap`
    : `more than ${refusal.limit} memory ranges`;
  return [`Xen does not use this table: ${why}`];
}
