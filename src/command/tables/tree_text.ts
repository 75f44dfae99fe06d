/**
 * A tree of fields as text: a heading for each structure, then offset, length, name, value and meaning of every field in
 * columns. What does not fit the line goes on below its column.
 */
import { wrapped } from "./wrapped.ts";
import { type FieldNode } from "../language/console_host.ts";
import { harmless } from "./field_text.ts";

/** Columns of a line: wide enough for handles and GUIDs with their meaning, narrow enough for two terminals side by side. */
const LINE = 120;
/** Values pad to this, so that meanings line up; addresses below 1 TiB fit. */
const VALUE = 12;
/** Longer names push their line to the right instead of pushing all lines. */
const LONGEST_NAME = 38;

export function treeText(tree: readonly FieldNode[]): string[] {
  const layout = layoutOf(tree);
  return tree.flatMap((node, i) => [...(i === 0 ? [] : [""]), ...structureText(node, layout)]);
}

/** Widths of the columns. */
interface TreeLayout {
  readonly offset: number;
  readonly length: number;
  readonly name: number;
}

function layoutOf(tree: readonly FieldNode[]): TreeLayout {
  let [offset, length, name] = [4, 2, 0];
  for (const { offset: start, length: size, children } of tree) {
    offset = Math.max(offset, (start + size).toString(16).length);
    for (const field of children) {
      length = Math.max(length, String(field.length).length);
      name = Math.max(name, field.name.length);
    }
  }
  return { offset, length, name: Math.min(LONGEST_NAME, name) };
}

function structureText(node: FieldNode, layout: TreeLayout): string[] {
  const heading = [node.name, node.value, node.note].filter((part) => part).join("   ");
  return [heading, ...faultText(node, 2), ...node.children.flatMap((field) => fieldText(field, layout))];
}

function fieldText(field: FieldNode, layout: TreeLayout): string[] {
  const offset = field.offset.toString(16).padStart(layout.offset, "0");
  const head = `  ${offset}  ${String(field.length).padStart(layout.length)}  ${field.name.padEnd(layout.name)}  `;
  const column = `  ${offset}  `.length + layout.length + 2 + layout.name + 2;
  const room = LINE - head.length;
  const note = field.note ?? "";
  const oneLine = note ? `${field.value.padEnd(VALUE)}  ${note}` : field.value;
  const lines = oneLine.length <= room
    ? [oneLine]
    : [...wrapped(field.value, room), ...(note ? wrapped(note, LINE - column) : [])];
  const below = lines.slice(1).map((text) => " ".repeat(column) + text);
  return [harmless((head + (lines[0] ?? "")).trimEnd()), ...below.map(harmless), ...faultText(field, column)];
}

/** `✗` what is wrong, `!` a warning, `·` a note. */
function faultText({ fault }: FieldNode, column: number): string[] {
  if (fault === undefined) return [];
  const [, severity, text] = /^(?:(warning|note): )?(.*)$/s.exec(fault)!;
  const sign = severity === undefined ? "✗" : severity === "warning" ? "!" : "·";
  return wrapped(text!, LINE - column - 2).map((line, i) =>
    harmless(`${" ".repeat(column)}${i === 0 ? sign : " "} ${line}`)
  );
}
