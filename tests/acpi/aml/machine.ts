/**
 * Runs AML: as much of ACPICA's interpreter as NVDIMM tables need, with the page protocol's two regions. What is stored
 * to a named buffer is cut to its size, and fields of up to 64 bits read as integers, as ACPICA does it.
 */
import { aslName, declaredPath, resolved } from "../../../src/acpi/aml/name.ts";
import { type AmlOperand, type AmlOperation, type AmlTerm, isOperation } from "../../../src/acpi/mod.ts";

export type Value = bigint | string | Uint8Array | Value[];

/** Memory and the port. `notify` is called with what is written to the port. */
export interface Platform {
  readonly page: Uint8Array;
  notify(value: bigint): void;
}

interface Method {
  readonly path: string[];
  readonly args: number;
  readonly body: readonly AmlTerm[];
}
/** Something named: a value, or bits of a buffer or a region. */
type Named = { value: Value } | Bits;
interface Bits {
  readonly space: "buffer" | "page" | "port";
  readonly buffer: Uint8Array;
  readonly at: number;
  readonly bits: number;
  /** Made by CreateField: reads as a buffer, however short. */
  readonly asBuffer: boolean;
}
interface Frame {
  readonly scope: readonly string[];
  readonly args: Value[];
  readonly locals: Value[];
  readonly names: Map<string, Named>;
}
class Returned {
  constructor(readonly value: Value) {}
}

export class AmlMachine {
  readonly #methods = new Map<string, Method>();
  readonly #names = new Map<string, Named>();
  readonly #steps = { left: 100_000 };

  constructor(terms: readonly AmlTerm[], private readonly platform: Platform) {
    this.#load(terms, []);
  }

  /** Evaluates a method by its absolute path as ASL writes it, `_SB.NVDR.NV00._LSI`. */
  evaluate(path: string, ...args: Value[]): Value {
    const method = [...this.#methods].find(([name]) => aslName(name) === path)?.[1];
    if (!method) throw new Error(`no method ${path}`);
    return this.#run(method, args);
  }

  #load(terms: readonly AmlTerm[], scope: readonly string[]): void {
    for (const term of terms) {
      if (!isOperation(term)) continue;
      const name = term.operands[0];
      const path = typeof name === "object" && name.kind === "name" ? declaredPath(scope, name.path) : [...scope];
      if (term.op.name === "Scope" || term.op.name === "Device") this.#load(term.terms ?? [], path);
      else if (term.op.name === "Method") {
        this.#methods.set(path.join("."), { path, args: (term.operands[1] as number) & 7, body: term.terms ?? [] });
      } else if (term.op.name === "Name") {
        this.#names.set(path.join("."), { value: this.#value(term.operands[1]!, this.#frame([], scope)) });
      }
    }
  }

  #frame(args: Value[], scope: readonly string[]): Frame {
    return { scope, args: [...args], locals: [], names: new Map() };
  }

  #run(method: Method, args: Value[]): Value {
    const frame = this.#frame(args, method.path);
    const result = this.#block(method.body, frame);
    return result instanceof Returned ? result.value : 0n;
  }

  #block(terms: readonly AmlTerm[], frame: Frame): Returned | undefined {
    let taken = false; // whether the If just before an Else ran
    for (const term of terms) {
      if (this.#steps.left-- <= 0) throw new Error("the method does not end");
      if (!isOperation(term)) {
        this.#value(term, frame);
        continue;
      }
      const holds = () => this.#number(term.operands[0]!, frame) !== 0n;
      let result: Returned | undefined;
      switch (term.op.name) {
        case "Return":
          return new Returned(this.#value(term.operands[0]!, frame));
        case "If":
          taken = holds();
          if (taken) result = this.#block(term.terms!, frame);
          break;
        case "Else":
          if (!taken) result = this.#block(term.terms!, frame);
          break;
        case "While":
          while (!result && holds()) result = this.#block(term.terms!, frame);
          break;
        default:
          this.#operate(term, frame);
      }
      if (result) return result;
    }
    return undefined;
  }

  #value(term: AmlOperand, frame: Frame): Value {
    if (typeof term === "number") return BigInt(term);
    switch (term.kind) {
      case "integer":
        return term.value;
      case "string":
        return term.text;
      case "local":
        return frame.locals[term.index]!;
      case "arg":
        return frame.args[term.index]!;
      case "name":
        return this.#read(this.#find(term.path, frame));
      case "call": {
        const method = resolved(this.#methods, frame.scope, term.method.path)!;
        return this.#run(method, term.args.map((arg) => this.#value(arg, frame)));
      }
      case "operation":
        return this.#operate(term, frame);
    }
  }

  #number(term: AmlOperand, frame: Frame): bigint {
    const value = this.#value(term, frame);
    if (typeof value !== "bigint") throw new Error("an integer is needed");
    return value;
  }

  #find(path: string, frame: Frame): Named {
    const named = frame.names.get(path) ?? resolved(this.#names, frame.scope, path);
    if (!named) throw new Error(`nothing is named ${path}`);
    return named;
  }

  #operate(term: AmlOperation, frame: Frame): Value {
    const { op, operands } = term;
    const at = (i: number) => this.#value(operands[i]!, frame);
    const number = (i: number) => this.#number(operands[i]!, frame);
    const stored = (value: Value, target: number): Value => {
      this.#store(value, operands[target]!, frame);
      return value;
    };
    switch (op.name) {
      case "Store":
        return stored(copied(at(0)), 1);
      case "Add":
        return stored(BigInt.asUintN(64, number(0) + number(1)), 2);
      case "Subtract":
        return stored(BigInt.asUintN(64, number(0) - number(1)), 2);
      case "ShiftLeft":
        return stored(BigInt.asUintN(64, number(0) << number(1)), 2);
      case "Increment":
        return stored(number(0) + 1n, 0);
      case "Concatenate":
        return stored(Uint8Array.of(...(at(0) as Uint8Array), ...(at(1) as Uint8Array)), 2);
      case "ToBuffer":
        return stored((at(0) as Uint8Array).slice(), 1);
      case "LEqual":
        return same(at(0), at(1)) ? ONES : 0n;
      case "LLess":
        return number(0) < number(1) ? ONES : 0n;
      case "LNot":
        return number(0) === 0n ? ONES : 0n;
      case "LOr":
        return number(0) !== 0n || number(1) !== 0n ? ONES : 0n;
      case "LAnd":
        return number(0) !== 0n && number(1) !== 0n ? ONES : 0n;
      case "SizeOf":
        return BigInt((at(0) as Uint8Array).length);
      case "ObjectType": {
        const value = at(0);
        return typeof value === "bigint" ? 1n : typeof value === "string" ? 2n : value instanceof Uint8Array ? 3n : 4n;
      }
      case "Index":
      case "DerefOf": {
        const inner = operands[0]!;
        if (op.name === "DerefOf" && !(isOperation(inner) && inner.op.name === "Index")) return at(0);
        const [source, index] = op.name === "Index" ? operands : (inner as AmlOperation).operands;
        const list = this.#value(source!, frame) as Uint8Array | Value[];
        const element = list[Number(this.#number(index!, frame))];
        if (element === undefined) throw new Error("index out of range");
        return stored(typeof element === "number" ? BigInt(element) : element, op.name === "Index" ? 2 : 9);
      }
      case "Buffer": {
        const buffer = new Uint8Array(Number(number(0)));
        buffer.set(term.bytes!.subarray(0, buffer.length));
        return buffer;
      }
      case "Package":
        return term.terms!.map((element) => this.#value(element, frame));
      case "Name":
        frame.names.set(pathOf(operands[0]!), { value: at(1) });
        return 0n;
      case "OperationRegion": {
        const space = operands[1] === 0 ? "page" : "port";
        const buffer = space === "page" ? this.platform.page : new Uint8Array(4);
        frame.names.set(pathOf(operands[0]!), { space, buffer, at: 0, bits: 8 * buffer.length, asBuffer: false });
        return 0n;
      }
      case "Field": {
        const region = frame.names.get(pathOf(operands[0]!)) as Bits;
        let bit = 0;
        for (const field of term.fields!) {
          if (field.kind !== "named") throw new Error(`${field.kind} fields are not modeled`);
          if (bit + field.bits > region.bits) throw new Error(`${field.name} lies outside its region`);
          frame.names.set(field.name, { ...region, at: bit, bits: field.bits });
          bit += field.bits;
        }
        return 0n;
      }
      case "CreateDWordField":
      case "CreateField": {
        const whole = op.name === "CreateField";
        const source = this.#bufferOf(operands[0]!, frame);
        const offset = Number(number(1)) * (whole ? 1 : 8);
        const bits = whole ? Number(number(2)) : 32;
        if (bits === 0 || offset + bits > 8 * source.length) throw new Error("the field lies outside its buffer");
        const path = pathOf(operands.at(-1)!);
        frame.names.set(path, { space: "buffer", buffer: source, at: offset, bits, asBuffer: whole });
        return 0n;
      }
      default:
        throw new Error(`${op.name} is not modeled`);
    }
  }

  /** The bytes a field is made over: of a named or local buffer itself, of a region's field a copy. */
  #bufferOf(term: AmlOperand, frame: Frame): Uint8Array {
    const value = this.#value(term, frame);
    if (!(value instanceof Uint8Array)) throw new Error("fields are made over buffers");
    return value;
  }

  #read(named: Named): Value {
    if ("value" in named) return named.value;
    const bytes = named.buffer.slice(named.at / 8, (named.at + named.bits) / 8);
    if (named.asBuffer || named.bits > 64) return bytes;
    return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
  }

  #store(value: Value, target: AmlOperand, frame: Frame): void {
    if (target === undefined || typeof target === "number") return;
    if (target.kind === "local") frame.locals[target.index] = value;
    else if (target.kind === "arg") frame.args[target.index] = value;
    else if (isOperation(target) && target.op.name === "Index") {
      const list = this.#value(target.operands[0]!, frame) as Uint8Array | Value[];
      const index = Number(this.#number(target.operands[1]!, frame));
      if (list instanceof Uint8Array) list[index] = Number(value);
      else list[index] = value;
    } else if (target.kind === "name" && target.path !== "") this.#assign(value, this.#find(target.path, frame));
  }

  #assign(value: Value, named: Named): void {
    if ("value" in named) {
      const old = named.value;
      if (old instanceof Uint8Array && old.length > 0 && value instanceof Uint8Array) {
        old.fill(0);
        old.set(value.subarray(0, old.length));
      } else named.value = value;
      return;
    }
    const bytes = named.buffer.subarray(named.at / 8, (named.at + named.bits) / 8);
    const source = typeof value === "bigint"
      ? Uint8Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
      : (value as Uint8Array);
    bytes.fill(0);
    bytes.set(source.subarray(0, bytes.length));
    if (named.space === "port") this.platform.notify(this.#read(named) as bigint);
  }
}

const ONES = 0xffffffffffffffffn;
const copied = (value: Value): Value =>
  value instanceof Uint8Array ? value.slice() : Array.isArray(value) ? value.map(copied) : value;
const pathOf = (operand: AmlOperand): string => {
  if (typeof operand === "object" && operand.kind === "name") return operand.path;
  throw new Error("a name is needed");
};

function same(a: Value, b: Value): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
