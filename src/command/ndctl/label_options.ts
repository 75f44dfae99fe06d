/** Options that the label verbs share. */
import { dimmOptions } from "./dimm_verbs.ts";
import { decimal } from "./parse_options.ts";

export const extentOptions = {
  ...dimmOptions,
  size: decimal("s", "size", "bytes to work on (default: all)"),
  offset: decimal("O", "offset", "offset into the label area"),
} as const;
/** How their usage texts name DIMMs. */
export const MANY = "<nmem0> [<nmem1>..<nmemN>]";
