/**
 * The guest's NVDIMM devices as an SSDT. Objects, their order and the protocol behind them are those of QEMU's table
 * (`hw/acpi/nvdimm.c` nvdimm_build_ssdt); the methods are written anew. Where QEMU's abort on an error reply, these
 * return the status.
 */
import {
  arg,
  buffer,
  call,
  device,
  dword,
  fields,
  integer,
  local,
  loop,
  method,
  name,
  op,
  otherwise,
  pack,
  region,
  scope,
  SPACE,
  text,
  uuid,
  when,
} from "./aml/build.ts";
import { type AmlTerm } from "./aml/term.ts";
import { buildSsdt } from "./aml/ssdt.ts";
import { DSM_STATUS, DSM_UUID, LEAF_FUNCTION } from "./dsm/identity.ts";
import { ANSWER_PAYLOAD, DSM_PORT, FIT_HANDLE, REQUEST_ARGUMENT, ROOT_HANDLE } from "./dsm/page.ts";
import { READ_FIT_FUNCTION } from "./dsm/read_fit.ts";
import { QEMU_MAKER, qemuHandle } from "./nfit/qemu_nfit.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type TableMaker } from "./table_header.ts";

/** What a guest's firmware tells of its NVDIMMs besides the NFIT. `nfit-bare` has no SSDT at all. */
export type GuestProfile = "full" | "nfit" | "nfit-bare";

export interface GuestSsdt {
  /** Memory slots; each gets a child, whether a DIMM is in it or not. */
  readonly slots: number;
  /** Guest-physical address of the page for `_DSM`, below 4 GiB; 0 until firmware has placed it. */
  readonly page?: number;
  /** Slots whose child has `_LSI`, `_LSR` and `_LSW`; all, as QEMU does it, unless given. */
  readonly labels?: ReadonlySet<number>;
}

const MAKER: TableMaker = { ...QEMU_MAKER, oemTableId: "NVDIMM", creatorId: "NVDK" };
const REVISION = 1;

/** The table; undefined for the profile that has none. */
export function guestSsdt(profile: GuestProfile, { slots, page = 0, labels }: GuestSsdt): Uint8Array | undefined {
  if (profile === "nfit-bare") return undefined;
  const hid = name("_HID", text("ACPI0012"));
  const numbers = Array.from({ length: slots }, (_, slot) => slot);
  if (profile === "nfit") {
    const children = numbers.map((slot) => device(childName(slot), address(slot)));
    return buildSsdt(MAKER, REVISION, [scope("\\_SB", device("NVDR", hid, ...children))]);
  }
  const children = numbers.map((slot) => child(slot, labels?.has(slot) ?? true));
  const root = [hid, commonMethod(), dsm(ROOT_HANDLE), name("RSTA", integer(0)), readFit(), fit()];
  return buildSsdt(MAKER, REVISION, [
    scope("\\_SB", device("NVDR", ...root, ...children)),
    name("MEMA", dword(page)), // where the page is: the loader patches this one constant
  ]);
}

/** Where the loader finds the four bytes of MEMA's value: the table's last ones. */
export const pageAddressOffset = (ssdt: Uint8Array): number => ssdt.length - 4;

const childName = (slot: number): string => `NV${slot.toString(16).toUpperCase().padStart(2, "0")}`;
const address = (slot: number): AmlTerm => name("_ADR", integer(qemuHandle(slot)));

/** `_DSM (UUID, revision, function, arguments)` of one handle. */
const dsm = (handle: number): AmlTerm =>
  method("_DSM", 4, false, op("Return", call("NCAL", arg(0), arg(1), arg(2), arg(3), handle)));

const PACKAGE = 4; // what ObjectType says of one

/**
 * NCAL (UUID, revision, function, arguments, handle): puts the request into the page, tells QEMU, returns the answer.
 * A UUID that does not belong to the handle is answered here: no functions, or "not supported".
 */
function commonMethod(): AmlTerm {
  const [page, expected, port, length] = [local(0), local(1), local(2), local(3)];
  return method(
    "NCAL",
    5,
    true,
    op("Store", "MEMA", page),
    op("Store", DSM_PORT, port), // held in a variable: a fixed region would have to be declared outside
    region("NPIO", SPACE.io, port, 4),
    region("NRAM", SPACE.memory, page, PAGE_SIZE),
    fields("NPIO", ["NTFI", 32]),
    fields("NRAM", ["HDLE", 32], ["REVS", 32], ["FUNC", 32], ["FARG", 8 * REQUEST_ARGUMENT]),
    fields("NRAM", ["RLEN", 32], ["ODAT", 8 * ANSWER_PAYLOAD]),
    op("Store", uuid(DSM_UUID.intel), expected),
    when(op("LEqual", arg(4), ROOT_HANDLE), op("Store", uuid(DSM_UUID.root), expected)),
    when(op("LEqual", arg(4), FIT_HANDLE), op("Store", uuid(DSM_UUID.qemuFit), expected)),
    when(
      op("LOr", op("LEqual", page, 0), op("LNot", op("LEqual", arg(0), expected))),
      when(op("LEqual", arg(2), 0), op("Return", buffer(1))),
      op("Return", buffer(1, Uint8Array.of(DSM_STATUS.unsupported))),
    ),
    op("Store", arg(4), "HDLE"),
    op("Store", arg(1), "REVS"),
    op("Store", arg(2), "FUNC"),
    when(
      op("LEqual", op("ObjectType", arg(3)), PACKAGE),
      when(op("LEqual", op("SizeOf", arg(3)), 1), op("Store", op("DerefOf", op("Index", arg(3), 0)), "FARG")),
    ),
    op("Store", page, "NTFI"), // the answer is there when this returns
    op("Subtract", "RLEN", 4, length), // the length counts itself
    ...answer(length),
  );
}

/**
 * A field of up to 64 bits reads as an Integer, and a caller of `_DSM` wants a Buffer: short answers go byte by byte. The
 * page is read once, as the Buffer that CreateField asks for: ACPICA warns of fields of an operation region there.
 */
function answer(length: AmlTerm): AmlTerm[] {
  const [at, bytes, whole] = [local(4), local(5), local(7)];
  return [
    op("Store", "ODAT", whole),
    when(
      op("LLess", length, 9),
      name("TBUF", buffer(1)),
      op("Store", buffer(0), bytes),
      op("Store", 0, at),
      loop(
        op("LLess", at, length),
        op("Store", op("DerefOf", op("Index", whole, at)), op("Index", "TBUF", 0)),
        op("Concatenate", bytes, "TBUF", bytes),
        op("Increment", at),
      ),
      op("Return", bytes),
    ),
    op("CreateField", whole, 0, op("ShiftLeft", length, 3), "OBUF"),
    op("Return", "OBUF"),
  ];
}

/** RFIT (offset): one piece of `_FIT`, empty at its end and on an error; RSTA holds the status. */
const readFit = (): AmlTerm =>
  method(
    "RFIT",
    1,
    true,
    name("OFST", integer(0)),
    op("Store", arg(0), "OFST"),
    op("Store", call("NCAL", uuid(DSM_UUID.qemuFit), 1, READ_FIT_FUNCTION, pack("OFST"), FIT_HANDLE), local(0)),
    op("Store", op("SizeOf", local(0)), local(1)),
    op("Store", DSM_STATUS.unsupported, "RSTA"),
    when(op("LLess", local(1), 4), op("Return", buffer(0))), // NCAL's own refusal has one byte
    op("CreateDWordField", local(0), 0, "STAU"),
    op("Store", "STAU", "RSTA"),
    when(op("LOr", "STAU", op("LEqual", local(1), 4)), op("Return", buffer(0))),
    op("CreateField", local(0), 32, op("ShiftLeft", op("Subtract", local(1), 4), 3), "BUFF"),
    op("Return", "BUFF"),
  );

/** `_FIT`: all pieces, from the start again whenever the list changed in between. */
function fit(): AmlTerm {
  const [whole, offset, piece, length] = [local(0), local(1), local(2), local(3)];
  return method(
    "_FIT",
    0,
    true,
    op("Store", buffer(0), whole),
    op("Store", 0, offset),
    op("Store", 1, length),
    loop(
      length,
      op("Store", call("RFIT", offset), piece),
      when(op("LEqual", "RSTA", DSM_STATUS.fitChanged), op("Store", buffer(0), whole), op("Store", 0, offset)),
      otherwise(
        op("Store", op("SizeOf", piece), length),
        when(length, op("Concatenate", whole, piece, whole), op("Add", offset, length, offset)),
      ),
    ),
    op("Return", whole),
  );
}

function child(slot: number, labels: boolean): AmlTerm {
  const handle = qemuHandle(slot);
  const labelMethods = labels ? [labelInformation(handle), labelRead(handle), labelWrite(handle)] : [];
  return device(childName(slot), address(slot), ...labelMethods, dsm(handle));
}

const leafCall = (handle: number, fn: number, input: AmlTerm): AmlTerm =>
  call("NCAL", uuid(DSM_UUID.intel), 1, fn, input, handle);

/** `_LSI`: Package {status, size of the area, largest transfer}. */
const labelInformation = (handle: number): AmlTerm =>
  method(
    "_LSI",
    0,
    true,
    op("Store", leafCall(handle, LEAF_FUNCTION.getLabelSize, integer(0)), local(0)),
    op("Store", op("SizeOf", local(0)), local(1)),
    when(op("LLess", local(1), 4), op("Return", pack(DSM_STATUS.unsupported, 0, 0))),
    op("CreateDWordField", local(0), 0, "STTS"),
    when(op("LLess", local(1), 12), op("Return", pack("STTS", 0, 0))), // an error: the status alone
    op("CreateDWordField", local(0), 4, "SLSA"),
    op("CreateDWordField", local(0), 8, "MAXT"),
    op("Return", pack("STTS", "SLSA", "MAXT")),
  );

/** `_LSR (offset, length)`: Package {status, Buffer}. */
const labelRead = (handle: number): AmlTerm =>
  method(
    "_LSR",
    2,
    true,
    name("INPT", buffer(8)),
    op("CreateDWordField", "INPT", 0, "OFST"),
    op("CreateDWordField", "INPT", 4, "LEN"),
    op("Store", arg(0), "OFST"),
    op("Store", arg(1), "LEN"),
    op("Store", leafCall(handle, LEAF_FUNCTION.getLabelData, pack("INPT")), local(0)),
    op("Store", op("SizeOf", local(0)), local(1)),
    when(op("LLess", local(1), 4), op("Return", pack(DSM_STATUS.unsupported, buffer(0)))),
    op("CreateDWordField", local(0), 0, "STTS"),
    when(op("LOr", "STTS", op("LEqual", local(1), 4)), op("Return", pack("STTS", buffer(0)))),
    op("CreateField", local(0), 32, op("ShiftLeft", op("Subtract", local(1), 4), 3), "LDAT"),
    name("LSA", buffer(0)),
    op("ToBuffer", "LDAT", "LSA"),
    op("Return", pack("STTS", "LSA")),
  );

/**
 * `_LSW (offset, length, Buffer)`: the status. Offset, length and data are joined in a local: ACPICA cuts what is stored
 * to a named buffer to that buffer's size, which leaves QEMU's own method without its data.
 */
function labelWrite(handle: number): AmlTerm {
  const [data, input, argument] = [local(1), local(2), local(3)];
  return method(
    "_LSW",
    3,
    true,
    op("Store", arg(2), data),
    name("INPT", buffer(8)),
    op("CreateDWordField", "INPT", 0, "OFST"),
    op("CreateDWordField", "INPT", 4, "TLEN"),
    op("Store", arg(0), "OFST"),
    op("Store", arg(1), "TLEN"),
    op("Concatenate", "INPT", data, input),
    op("Store", pack(0), argument),
    op("Store", input, op("Index", argument, 0)),
    op("Store", leafCall(handle, LEAF_FUNCTION.setLabelData, argument), local(0)),
    when(op("LLess", op("SizeOf", local(0)), 4), op("Return", integer(DSM_STATUS.unsupported))),
    op("CreateDWordField", local(0), 0, "STTS"),
    op("Return", "STTS"),
  );
}
