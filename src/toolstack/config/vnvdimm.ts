/**
 * One `vnvdimms` entry. RFC v4 has `type=mfn, backend=MFN, nr_pages=N` (the label series adds `nr_label_pages=M`); RFC v1 had
 * plain paths. Both are taken, and names of namespaces (reference/xen-vnvdimm.md 3.3, 4.12).
 */
import { err, ok, type Result } from "neverthrow";
import { parseInteger } from "../../base/units.ts";
import { type VnvdimmConfig, type VnvdimmKind } from "./domain_config.ts";

/** The label series' minimum: 128 KiB, what QEMU's nvdimm device takes. */
export const MIN_LABEL_PAGES = 32;
/** Pages of one vNVDIMM: far above any machine, far below 2^53 bytes. */
const MAX_PAGES = 2 ** 40;

const NAMESPACE = /^namespace[0-9]+\.[0-9]+$/;
const KINDS: readonly VnvdimmKind[] = ["mfn", "namespace", "pmem", "file"];

/** The entry, or one sentence for standard error. */
export function parseVnvdimm(text: string): Result<VnvdimmConfig, string> {
  const wrong = (why: string): Result<VnvdimmConfig, string> => err(`vnvdimm '${text}': ${why}`);
  if (!text.includes("=")) {
    const backend = text.trim();
    if (backend === "") return wrong("names no backend");
    return ok({ kind: NAMESPACE.test(backend) ? "namespace" : "path", backend, labelPages: 0, text });
  }

  const given = new Map<string, string>();
  for (const part of text.split(",")) {
    const item = part.replace(/^ +/, "");
    if (item === "") continue;
    const [, key, value] = /^(type|backend|nr_pages|nr_label_pages)=(.*)$/s.exec(item) ?? [];
    if (key === undefined) return wrong(`unknown key in '${item}' (type, backend, nr_pages, nr_label_pages)`);
    given.set(key, value!.trim());
  }

  const type = given.get("type");
  const kind = KINDS.find((name) => name === type);
  if (!kind) return wrong(type === undefined ? "no type (mfn, namespace, pmem, file)" : `unknown type '${type}'`);
  const backend = given.get("backend") ?? "";
  if (backend === "") return wrong("no backend");

  const labelPages = number(given.get("nr_label_pages") ?? "0");
  if (labelPages === undefined) return wrong(`nr_label_pages is not a number: '${given.get("nr_label_pages")}'`);
  if (labelPages !== 0 && labelPages < MIN_LABEL_PAGES) {
    return wrong(`${labelPages} label pages are too few, a label area takes at least ${MIN_LABEL_PAGES} (128 KiB)`);
  }

  const asked = given.get("nr_pages");
  if (kind !== "mfn") {
    if (asked !== undefined) return wrong(`nr_pages goes with type=mfn; a ${kind} is taken as a whole`);
    return ok({ kind, backend, labelPages, text });
  }
  const mfn = number(backend);
  if (mfn === undefined) return wrong(`backend is not a frame number: '${backend}'`);
  if (asked === undefined) return wrong("no nr_pages: a range of frames has to say how long it is");
  const pages = number(asked);
  if (pages === undefined || pages === 0) return wrong(`nr_pages is not a number of pages: '${asked}'`);
  if (pages <= labelPages) return wrong(`${pages} pages leave nothing beside ${labelPages} label pages`);
  return ok({ kind, backend: "", mfn, pages, labelPages, text });
}

function number(text: string): number | undefined {
  const value = parseInteger(text);
  return value !== undefined && value <= MAX_PAGES ? value : undefined;
}
