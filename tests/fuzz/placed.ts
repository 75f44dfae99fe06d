/** What a decoder owes its reader when it refuses: the field, and where it is. */
import assert from "node:assert/strict";
import { type FormatFault } from "../../src/base/structure.ts";

export function placed(fault: FormatFault, input: Uint8Array): void {
  const { path, offset, length, reason } = fault;
  assert.ok(path !== "" && reason !== "", "a fault without a field or a reason");
  assert.ok(offset >= 0 && length >= 0 && offset + length <= input.length, `${path} at ${offset}, ${length} bytes`);
}
