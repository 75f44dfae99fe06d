/**
 * The operators of ACPI Machine Language, as a table (ACPI 6.5 §20.2 and §20.3). Reader, writer and ASL text come from it.
 *
 * A signature lists what follows the opcode, one letter each:
 * `P` a package length that covers all that follows it; `N` a name; `D` a data object or a name, never a call;
 * `T` an argument that is evaluated; `S` a place to read or write; `G` a target, which may be none;
 * `1` `2` `4` that many bytes of plain data; and at the end, up to the package's end, `*` terms, `e` package elements,
 * `b` bytes, `f` field elements.
 */

export interface AmlOp {
  readonly name: string;
  /** One byte, or 0x5b in the high byte for the extended ones. */
  readonly code: number;
  readonly signature: string;
}

const TABLE: readonly (readonly [code: number, name: string, signature: string])[] = [
  [0x06, "Alias", "NN"],
  [0x08, "Name", "ND"],
  [0x10, "Scope", "PN*"],
  [0x11, "Buffer", "PTb"],
  [0x12, "Package", "P1e"],
  [0x13, "VarPackage", "PTe"],
  [0x14, "Method", "PN1*"],
  [0x15, "External", "N11"],
  [0x5b01, "Mutex", "N1"],
  [0x5b02, "Event", "N"],
  [0x5b12, "CondRefOf", "SG"],
  [0x5b13, "CreateField", "TTTN"],
  [0x5b1f, "LoadTable", "TTTTTT"],
  [0x5b20, "Load", "NS"],
  [0x5b21, "Stall", "T"],
  [0x5b22, "Sleep", "T"],
  [0x5b23, "Acquire", "S2"],
  [0x5b24, "Signal", "S"],
  [0x5b25, "Wait", "ST"],
  [0x5b26, "Reset", "S"],
  [0x5b27, "Release", "S"],
  [0x5b28, "FromBCD", "TG"],
  [0x5b29, "ToBCD", "TG"],
  [0x5b2a, "Unload", "S"],
  [0x5b30, "Revision", ""],
  [0x5b31, "Debug", ""],
  [0x5b32, "Fatal", "14T"],
  [0x5b33, "Timer", ""],
  [0x5b80, "OperationRegion", "N1TT"],
  [0x5b81, "Field", "PN1f"],
  [0x5b82, "Device", "PN*"],
  [0x5b83, "Processor", "PN141*"],
  [0x5b84, "PowerResource", "PN12*"],
  [0x5b85, "ThermalZone", "PN*"],
  [0x5b86, "IndexField", "PNN1f"],
  [0x5b87, "BankField", "PNNT1f"],
  [0x5b88, "DataTableRegion", "NTTT"],
  [0x70, "Store", "TS"],
  [0x71, "RefOf", "S"],
  [0x72, "Add", "TTG"],
  [0x73, "Concatenate", "TTG"],
  [0x74, "Subtract", "TTG"],
  [0x75, "Increment", "S"],
  [0x76, "Decrement", "S"],
  [0x77, "Multiply", "TTG"],
  [0x78, "Divide", "TTGG"],
  [0x79, "ShiftLeft", "TTG"],
  [0x7a, "ShiftRight", "TTG"],
  [0x7b, "And", "TTG"],
  [0x7c, "NAnd", "TTG"],
  [0x7d, "Or", "TTG"],
  [0x7e, "NOr", "TTG"],
  [0x7f, "XOr", "TTG"],
  [0x80, "Not", "TG"],
  [0x81, "FindSetLeftBit", "TG"],
  [0x82, "FindSetRightBit", "TG"],
  [0x83, "DerefOf", "T"],
  [0x84, "ConcatenateResTemplate", "TTG"],
  [0x85, "Mod", "TTG"],
  [0x86, "Notify", "ST"],
  [0x87, "SizeOf", "S"],
  [0x88, "Index", "TTG"],
  [0x89, "Match", "T1T1TT"],
  [0x8a, "CreateDWordField", "TTN"],
  [0x8b, "CreateWordField", "TTN"],
  [0x8c, "CreateByteField", "TTN"],
  [0x8d, "CreateBitField", "TTN"],
  [0x8e, "ObjectType", "S"],
  [0x8f, "CreateQWordField", "TTN"],
  [0x90, "LAnd", "TT"],
  [0x91, "LOr", "TT"],
  [0x92, "LNot", "T"],
  [0x93, "LEqual", "TT"],
  [0x94, "LGreater", "TT"],
  [0x95, "LLess", "TT"],
  [0x96, "ToBuffer", "TG"],
  [0x97, "ToDecimalString", "TG"],
  [0x98, "ToHexString", "TG"],
  [0x99, "ToInteger", "TG"],
  [0x9c, "ToString", "TTG"],
  [0x9d, "CopyObject", "TS"],
  [0x9e, "Mid", "TTTG"],
  [0x9f, "Continue", ""],
  [0xa0, "If", "PT*"],
  [0xa1, "Else", "P*"],
  [0xa2, "While", "PT*"],
  [0xa3, "Noop", ""],
  [0xa4, "Return", "T"],
  [0xa5, "Break", ""],
  [0xcc, "BreakPoint", ""],
];

const OPS = TABLE.map(([code, name, signature]): AmlOp => ({ code, name, signature }));
const BY_CODE = new Map(OPS.map((op) => [op.code, op]));
const BY_NAME = new Map(OPS.map((op) => [op.name, op]));

export const opOfCode = (code: number): AmlOp | undefined => BY_CODE.get(code);

/** The operator of this ASL name; it must exist. */
export function opNamed(name: string): AmlOp {
  const op = BY_NAME.get(name);
  if (!op) throw new Error(`no AML operator ${name}`);
  return op;
}

export const EXTENDED = 0x5b;

/** Opcodes of constants and data prefixes, which are terms of their own. */
export const ZERO = 0x00;
export const ONE = 0x01;
export const ONES = 0xff;
export const STRING = 0x0d;
/** Integer prefixes by the bytes that follow. */
export const INTEGER_PREFIX: Readonly<Record<1 | 2 | 4 | 8, number>> = { 1: 0x0a, 2: 0x0b, 4: 0x0c, 8: 0x0e };
export const LOCAL0 = 0x60;
export const ARG0 = 0x68;
