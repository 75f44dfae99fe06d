/** Command lines of xl that several keys make. */
import type { GuestConfigView } from "../src/command/language/console_host.ts";
import { lineOf } from "../src/command/language/words.ts";

/** The backend that an entry of `vnvdimms` names: the value of `backend=`, or the whole entry. */
export const backendOf = (entry: string): string => /backend\s*=\s*([^,]*)/.exec(entry)?.[1]?.trim() ?? entry;

/** Starts the guest with its own vNVDIMMs and these besides; one it has already is not given twice. */
export function createLine({ path, vnvdimms }: GuestConfigView, more: readonly string[]): string {
  const known = new Set(vnvdimms.map(backendOf));
  const added = more.filter((entry) => !known.has(backendOf(entry)));
  if (added.length === 0) return lineOf(["xl", "create", path]);
  const list = [...vnvdimms, ...added].map((entry) => `"${entry}"`).join(", ");
  return lineOf(["xl", "create", path, `vnvdimms=[${list}]`]);
}
