/** A terminal that has been given back as it was. */
import assert from "node:assert/strict";
import { type Pty } from "./pty.ts";

/** Cooked mode, normal screen, cursor shown, no mouse, no bracketed paste. */
export function assertRestored(pty: Pty): void {
  assert.equal(pty.alternate, false, "left the alternate screen");
  assert.equal(pty.cursorHidden, false, "the cursor is shown");
  assert.equal(pty.modes.mouseTrackingMode, "none");
  assert.equal(pty.modes.bracketedPasteMode, false);
  const settings = pty.bytes.slice(pty.bytes.lastIndexOf("settings:"));
  assert.match(settings, /[ ;]icanon/, "lines are edited by the kernel again");
  assert.match(settings, /[ ;]echo\b/, "typing is echoed again");
}
