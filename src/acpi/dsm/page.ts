/**
 * The 4096-byte page through which QEMU's AML and QEMU talk (QEMU `hw/acpi/nvdimm.c`, `docs/specs/acpi_nvdimm.rst`):
 * the guest fills in a request and writes the page's address to a port; the answer stands in the same page.
 */
import { viewOf } from "../../base/bytes.ts";
import { err, ok, type Result } from "neverthrow";
import { type FormatFault, formatFault, type RecordOf, restTail, structure, u32 } from "../../base/structure.ts";
import { PAGE_SIZE } from "../../base/units.ts";

/** I/O port of the notification; accesses are four bytes. */
export const DSM_PORT = 0x0a18;
/** Handles above the devices': QEMU's own device that reads `_FIT`. */
export const ROOT_HANDLE = 0;
export const FIT_HANDLE = 0x10000;
/** Bytes of argument that fit behind the request's header, and of payload behind the answer's length. */
export const REQUEST_ARGUMENT = PAGE_SIZE - 12;
export const ANSWER_PAYLOAD = PAGE_SIZE - 4;
/** Label bytes per call: what is left of the argument behind offset and length. */
export const MAX_LABEL_TRANSFER = REQUEST_ARGUMENT - 8;
/** `_FIT` bytes per call: what is left of the payload behind the status. */
export const MAX_FIT_TRANSFER = ANSWER_PAYLOAD - 4;

const request = structure("DSM request", 12, {
  handle: u32(0),
  revision: u32(4),
  fn: u32(8),
  argument: restTail(12),
});
export type DsmRequest = RecordOf<typeof request.fields>;

/** The page's request; the argument is always the rest of the page, since nothing says how much of it counts. */
export const decodeRequest = (page: Uint8Array): Result<DsmRequest, FormatFault> => request.read(viewOf(page));

/** A whole page. The argument must fit into 4084 bytes. */
export function encodeRequest(handle: number, revision: number, fn: number, argument: Uint8Array): Uint8Array {
  if (argument.length > REQUEST_ARGUMENT) throw new Error(`argument of ${argument.length} bytes does not fit the page`);
  return request.write({ handle, revision, fn, argument }, new Uint8Array(PAGE_SIZE));
}

/** What the guest gets of an answer: the bytes behind the length, which counts itself. */
export function decodeAnswer(page: Uint8Array): Result<Uint8Array, FormatFault> {
  if (page.length < 4) return err(formatFault("DSM answer/length", 0, page.length, "no room for a length"));
  const length = viewOf(page).getUint32(0, true);
  if (length >= 4 && length <= page.length) return ok(page.subarray(4, length));
  return err(formatFault("DSM answer/length", 0, 4, `length ${length} is not within 4 and ${page.length}`));
}

/** The answer's bytes, as they stand at the start of the page: length, payload. The payload must fit into 4092 bytes. */
export function encodeAnswer(payload: Uint8Array): Uint8Array {
  if (payload.length > ANSWER_PAYLOAD) throw new Error(`payload of ${payload.length} bytes does not fit the page`);
  const answer = new Uint8Array(4 + payload.length);
  viewOf(answer).setUint32(0, answer.length, true);
  answer.set(payload, 4);
  return answer;
}
