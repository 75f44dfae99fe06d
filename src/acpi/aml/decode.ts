/**
 * AML bytes to terms (ACPI 6.5 §20.2). How many arguments a call has is said by the method's declaration alone, so that
 * method bodies are read after everything around them. A fault is kept and ends all reading: nothing throws, every
 * term takes at least one byte, nesting is limited.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../../base/bytes.ts";
import { type FormatFault, formatFault } from "../../base/structure.ts";
import { hex } from "../../base/units.ts";
import { fieldLengthBytes, packageLengthBytes } from "./encode.ts";
import { declaredPath, readName, readSegment, resolved, startsName } from "./name.ts";
import { type AmlOp, ARG0, EXTENDED, INTEGER_PREFIX, LOCAL0, ONE, ONES, opOfCode, STRING, ZERO } from "./opcodes.ts";
import {
  type AmlFieldElement,
  type AmlInteger,
  type AmlName,
  type AmlOperand,
  type AmlOperation,
  type AmlTerm,
  type AmlVariable,
} from "./term.ts";

/** Nesting of terms that is read; ACPICA's own limits are lower for methods and packages. */
const MAX_DEPTH = 200;
/** Segments of the path of a scope; names are searched for in all of them. */
const MAX_SCOPE = 32;

/** The terms of `bytes` from `start` on. Fault: the offset at which no term could be read. */
export function decodeTerms(bytes: Uint8Array, start = 0): Result<AmlTerm[], FormatFault> {
  return new Decoder(bytes).run(start);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Body {
  readonly operation: Mutable<AmlOperation>;
  readonly scope: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

const ZERO_TERM: AmlInteger = { kind: "integer", value: 0n, width: 0 };
const ONE_TERM: AmlInteger = { kind: "integer", value: 1n, width: 0 };
const ONES_TERM: AmlInteger = { kind: "integer", value: 0xffffffffffffffffn, width: 0 };
const VARIABLES: readonly AmlVariable[] = [
  ...Array.from({ length: 8 }, (_, index) => ({ kind: "local", index }) as const),
  ...Array.from({ length: 7 }, (_, index) => ({ kind: "arg", index }) as const),
];
const NOTHING: AmlName = { kind: "name", path: "" };
const WIDTH_OF_PREFIX = new Map(
  Object.entries(INTEGER_PREFIX).map(([width, prefix]) => [prefix, Number(width) as 1 | 2 | 4 | 8]),
);
/** Operators whose body is a scope of its own. */
const SCOPES = new Set(["Scope", "Device", "Processor", "PowerResource", "ThermalZone", "Method"]);

class Decoder {
  readonly #view: DataView;
  readonly #argumentCounts = new Map<string, number>();
  #bodies: Body[] = [];
  #fault: FormatFault | undefined;
  #scope: readonly string[] = [];
  #at = 0;
  #depth = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = viewOf(bytes);
  }

  run(start: number): Result<AmlTerm[], FormatFault> {
    this.#at = start;
    const terms = this.#terms(this.bytes.length);
    while (this.#bodies.length > 0 && !this.#fault) {
      const bodies = this.#bodies;
      this.#bodies = []; // methods declared by methods wait for the next round
      for (const { operation, scope, start, end, depth } of bodies) {
        this.#at = start;
        this.#scope = scope;
        this.#depth = depth;
        operation.terms = this.#terms(end);
      }
    }
    return this.#fault ? err(this.#fault) : ok(terms);
  }

  #terms(end: number): AmlTerm[] {
    const terms: AmlTerm[] = [];
    while (this.#at < end && !this.#fault) terms.push(this.#term(end, true));
    return terms;
  }

  /** One term; with `calls`, a method's name takes its arguments along. */
  #term(end: number, calls: boolean): AmlTerm {
    const at = this.#at;
    if (at >= end) return this.#fail(at, "a term is missing");
    if (this.#depth >= MAX_DEPTH) return this.#fail(at, `terms are nested deeper than ${MAX_DEPTH}`);
    const byte = this.bytes[at]!;
    if (startsName(byte)) return this.#nameOrCall(end, calls);
    const constant = this.#constant(byte, end);
    if (constant) return constant;

    const code = byte === EXTENDED ? (EXTENDED << 8) | (this.bytes[at + 1] ?? 0) : byte;
    const op = opOfCode(code);
    this.#at += byte === EXTENDED ? 2 : 1;
    if (op === undefined || this.#at > end) return this.#fail(at, `${hex(code, 2)} is no AML opcode`);
    this.#depth++;
    const operation = this.#operation(op, at, end);
    this.#depth--;
    return operation;
  }

  /** Constants, strings, locals and arguments: what is complete in itself. */
  #constant(byte: number, end: number): AmlTerm | undefined {
    const at = this.#at;
    if (byte === ZERO || byte === ONE || byte === ONES) {
      this.#at++;
      return byte === ZERO ? ZERO_TERM : byte === ONE ? ONE_TERM : ONES_TERM;
    }
    if (byte >= LOCAL0 && byte < ARG0 + 7) {
      this.#at++;
      return VARIABLES[byte - LOCAL0]!;
    }
    const width = WIDTH_OF_PREFIX.get(byte);
    if (width !== undefined) {
      if (at + 1 + width > end) return this.#fail(at, `the constant needs ${width} bytes`);
      this.#at += 1 + width;
      const value = width === 8 ? this.#view.getBigUint64(at + 1, true) : BigInt(this.#plain(at + 1, width));
      return { kind: "integer", value, width };
    }
    if (byte !== STRING) return undefined;
    const stop = this.bytes.indexOf(0, at + 1);
    if (stop < 0 || stop >= end) return this.#fail(at, "the string has no end");
    this.#at = stop + 1;
    let text = "";
    for (let i = at + 1; i < stop; i++) text += String.fromCharCode(this.bytes[i]!);
    return { kind: "string", text };
  }

  #plain(at: number, width: 1 | 2 | 4): number {
    return width === 1
      ? this.#view.getUint8(at)
      : width === 2
      ? this.#view.getUint16(at, true)
      : this.#view.getUint32(at, true);
  }

  #nameOrCall(end: number, calls: boolean): AmlTerm {
    const method = this.#name(end);
    const count = calls && !this.#fault ? resolved(this.#argumentCounts, this.#scope, method.path) : undefined;
    if (count === undefined) return method;
    const args: AmlTerm[] = [];
    this.#depth++;
    for (let i = 0; i < count && !this.#fault; i++) args.push(this.#term(end, true));
    this.#depth--;
    return { kind: "call", method, args };
  }

  #name(end: number): AmlName {
    const found = readName(this.bytes, this.#at, end);
    if (found === undefined) return this.#fail(this.#at, "no name");
    this.#at = found.at;
    return found.name;
  }

  #operation(op: AmlOp, offset: number, outer: number): AmlOperation {
    const operation: Mutable<AmlOperation> = { kind: "operation", op, operands: [], offset };
    const operands: AmlOperand[] = [];
    operation.operands = operands;
    let end = outer;
    for (const letter of op.signature) {
      if (this.#fault) break;
      switch (letter) {
        case "P": {
          const start = this.#at;
          const length = this.#packageLength(outer);
          end = start + length.value;
          if (end > outer || end < this.#at) {
            this.#fail(start, `the package of ${length.value} bytes does not fit into ${outer - start}`);
          } else if (length.bytes > packageLengthBytes(length.value - length.bytes)) {
            operation.lengthBytes = length.bytes;
          }
          break;
        }
        case "N":
          operands.push(this.#name(end));
          break;
        case "D":
          operands.push(this.#term(end, false));
          break;
        case "T":
          operands.push(this.#term(end, true));
          break;
        case "S":
        case "G":
          operands.push(this.#place(end, letter === "G"));
          break;
        case "1":
        case "2":
        case "4": {
          const width = Number(letter) as 1 | 2 | 4;
          if (this.#at + width > end) this.#fail(this.#at, `${op.name} needs ${width} more bytes`);
          else operands.push(this.#plain(this.#at, width));
          this.#at += width;
          break;
        }
        default:
          this.#body(operation, letter, end);
      }
    }
    return operation;
  }

  /** A super name: something to store to, or the operators that yield a reference. */
  #place(end: number, mayBeNone: boolean): AmlTerm {
    const byte = this.bytes[this.#at];
    if (this.#at < end && byte === 0) {
      if (!mayBeNone) return this.#fail(this.#at, "a place to store is missing");
      this.#at++;
      return NOTHING;
    }
    return this.#term(end, false);
  }

  /** What fills a package up to its end. */
  #body(operation: Mutable<AmlOperation>, letter: string, end: number): void {
    const { op, operands } = operation;
    if (letter === "b") {
      operation.bytes = this.bytes.slice(this.#at, end);
      this.#at = end;
    } else if (letter === "f") {
      operation.fields = this.#fields(end);
    } else if (letter === "e") {
      const elements: AmlTerm[] = [];
      while (this.#at < end && !this.#fault) elements.push(this.#term(end, false));
      operation.terms = elements;
    } else {
      const outside = this.#scope;
      const name = operands[0];
      const inside = SCOPES.has(op.name) && typeof name === "object" && name.kind === "name"
        ? declaredPath(outside, name.path)
        : outside;
      if (inside.length > MAX_SCOPE) this.#fail(operation.offset, `scopes are nested deeper than ${MAX_SCOPE}`);
      if (op.name === "Method") {
        this.#argumentCounts.set(inside.join("."), (operands[1] as number) & 7);
        this.#bodies.push({ operation, scope: inside, start: this.#at, end, depth: this.#depth });
        operation.terms = [];
        this.#at = end;
        return;
      }
      this.#scope = inside;
      operation.terms = this.#terms(end);
      this.#scope = outside;
    }
  }

  #fields(end: number): AmlFieldElement[] {
    const fields: AmlFieldElement[] = [];
    while (this.#at < end && !this.#fault) {
      const at = this.#at;
      const byte = this.bytes[at]!;
      if (byte === 0x01 || byte === 0x03) {
        const size = byte === 0x01 ? 3 : 4;
        this.#at += size;
        const [type, attribute, length] = [this.bytes[at + 1]!, this.bytes[at + 2]!, this.bytes[at + 3]!];
        if (this.#at > end) this.#fail(at, "the field element is cut short");
        else if (size === 3) fields.push({ kind: "access", type, attribute });
        else fields.push({ kind: "extended-access", type, attribute, length });
        continue;
      }
      const name = byte === 0 ? "" : readSegment(this.bytes, at, end);
      if (name === undefined) {
        this.#fail(at, `${hex(byte, 2)} begins no field element`);
        break;
      }
      this.#at += name === "" ? 1 : 4;
      const { value: bits, bytes } = this.#packageLength(end);
      const length = bytes > fieldLengthBytes(bits) ? { lengthBytes: bytes } : {};
      fields.push(name === "" ? { kind: "skipped", bits, ...length } : { kind: "named", name, bits, ...length });
    }
    return fields;
  }

  /** §20.2.4: two bits say how many bytes follow the first, which then holds four bits only. */
  #packageLength(end: number): { value: number; bytes: number } {
    const at = this.#at;
    const lead = this.bytes[at] ?? 0;
    const more = lead >> 6;
    this.#at += 1 + more;
    let value = more === 0 ? lead : lead & 0x0f;
    for (let i = 0; i < more; i++) value += (this.bytes[at + 1 + i] ?? 0) * 2 ** (4 + 8 * i);
    if (this.#at > end) this.#fail(at, "the package length is cut short");
    else if (more > 0 && (lead & 0x30) !== 0) this.#fail(at, "the package length has reserved bits set");
    return { value, bytes: 1 + more };
  }

  /** Keeps the first fault. What it returns stands in for the term that could not be read; nobody gets to see it. */
  #fail(at: number, reason: string): AmlName {
    this.#fault ??= formatFault("AML", at, Math.max(0, this.bytes.length - at), reason);
    return NOTHING;
  }
}
