/** What a command printed, as text. */
import { textOf } from "../../base/bytes.ts";

export const outText = (
  { out }: { readonly out: string | Uint8Array },
): string => (typeof out === "string" ? out : textOf(out));
