/**
 * One disk specification, new style (`format=raw,vdev=xvda,target=/x`), positional, or with an old prefix (`file:/x,hda,w`).
 * Follows Xen 4.17 `tools/libs/util/libxlu_disk_l.l`: the longest of these rules that matches is taken, again and again. That
 * file has `trusted` and `untrusted` as well, but not the lexer in the release, which nobody made anew.
 */
import { err, ok, type Result } from "neverthrow";
import { lookup } from "../../base/lookup.ts";
import { atoi } from "./c_numbers.ts";
import { type DiskConfig } from "./domain_config.ts";

/** What is wrong, and the part of the specification that is. */
export interface DiskFault {
  readonly reason: string;
  readonly near: string | undefined;
}

const FORMATS: Readonly<Record<string, DiskConfig["format"]>> = {
  "": "raw",
  raw: "raw",
  qcow: "qcow",
  qcow2: "qcow2",
  vhd: "vhd",
  empty: "empty",
  qed: "qed",
};
const BACKENDS = ["phy", "tap", "qdisk", "standalone"] as const;
const SPECIFICATIONS = ["xen", "virtio"] as const;

type Draft = { -readonly [Key in keyof DiskConfig]?: DiskConfig[Key] };

type TextKey =
  | "target"
  | "vdev"
  | "script"
  | "backendDomain"
  | "coloHost"
  | "coloExport"
  | "activeDisk"
  | "hiddenDisk";

class DiskParser {
  readonly disk: Draft = {};
  readonly faults: DiskFault[] = [];
  oldPrefix = false;
  accessSet = false;
  stopped = false;

  fail(near: string | undefined, reason: string): void {
    this.faults.push({ near, reason });
  }
  stop(near: string, reason: string): void {
    this.fail(near, reason);
    this.stopped = true;
  }

  text(key: TextKey, title: string, value: string): void {
    if (this.disk[key]) this.fail(value, `${title} respecified`);
    else this.disk[key] = value;
  }
  format(value: string): void {
    const format = lookup(FORMATS, value);
    if (!format) this.fail(value, "unknown value for format");
    else if (this.disk.format && this.disk.format !== format) this.fail(value, "format respecified");
    else this.disk.format = format;
  }
  backend(value: string): void {
    const backend = BACKENDS.find((name) => name === value);
    if (!backend) this.fail(value, "unknown value for backendtype");
    else if (this.disk.backend && this.disk.backend !== backend) this.fail(value, "backend respecified");
    else this.disk.backend = backend;
  }
  specification(value: string): void {
    const specification = SPECIFICATIONS.find((name) => name === value);
    if (!specification) this.fail(value, "unknown value for specification");
    else if (this.disk.specification && this.disk.specification !== specification) {
      this.fail(value, "specification respecified");
    } else this.disk.specification = specification;
  }
  coloPort(value: string): void {
    const port = atoi(value);
    if (port === 0) this.fail(value, "unknown value for colo_port");
    else this.disk.coloPort = port;
  }
  access(value: string): void {
    if (value === "r" || value === "ro") this.disk.readWrite = false;
    else if (value === "rw" || value === "w" || value === "") this.disk.readWrite = true;
    else this.fail(value, "unknown value for access");
  }
  /** `hdc:cdrom`; false where there is no colon. */
  deviceAndType(value: string): boolean {
    const colon = value.lastIndexOf(":");
    if (colon < 0) return false;
    this.text("vdev", "vdev", value.slice(0, colon));
    const type = value.slice(colon + 1);
    if (type === "cdrom" || type === "disk") this.disk.cdrom = type === "cdrom";
    else this.fail(type, "unknown deprecated type");
    return true;
  }
  positional(value: string): void {
    const { disk } = this;
    // Earlier mistakes may just have led to this one.
    if (this.faults.length > 0) return;
    if (disk.target === undefined) disk.target = value;
    else if (!this.oldPrefix && disk.format === undefined) {
      if (disk.target === "" && this.deviceAndType(value)) disk.format = "empty";
      else this.format(value);
    } else if (disk.vdev === undefined) {
      if (!this.deviceAndType(value)) this.text("vdev", "vdev", value);
    } else if (!this.accessSet) {
      this.accessSet = true;
      this.access(value);
    } else {
      this.stop(value, "too many positional parameters");
    }
  }
}

interface Rule {
  readonly match: RegExp;
  /** Must follow, and counts for the length; it is not taken. */
  readonly before?: RegExp;
  act(parser: DiskParser, text: string): void;
}

const valueOf = (text: string): string => text.slice(text.indexOf("=") + 1).replace(/,$/, "");
const assigns = (key: string, act: (parser: DiskParser, value: string) => void): Rule => ({
  match: new RegExp(`${key}=[^,]*,?`, "y"),
  act: (parser, text) => act(parser, valueOf(text)),
});
const flag = (word: string, act: (parser: DiskParser) => void): Rule => ({
  match: new RegExp(`${word},?`, "y"),
  act,
});
const prefix = (words: string, act: (parser: DiskParser, word: string) => void): Rule => ({
  match: new RegExp(`(?:${words}):`, "y"),
  before: /[^\n]*/y,
  act(parser, text) {
    parser.oldPrefix = true;
    act(parser, text.slice(0, -1));
  },
});

const RULES: readonly Rule[] = [
  { match: /[ \t\n]+/y, before: /(?:[^ \t\n][^\n]*)?/y, act: () => {} },
  assigns("format", (parser, value) => parser.format(value)),
  flag("cdrom", ({ disk }) => void (disk.cdrom = true)),
  flag("devtype=cdrom", ({ disk }) => void (disk.cdrom = true)),
  flag("devtype=disk", ({ disk }) => void (disk.cdrom = false)),
  { match: /devtype=[^,]*,?/y, act: (parser, text) => parser.fail(text, "unknown value for type") },
  assigns("access", (parser, value) => parser.access(value)),
  assigns("backend", (parser, value) => parser.text("backendDomain", "backend", value)),
  assigns("backendtype", (parser, value) => parser.backend(value)),
  assigns("specification", (parser, value) => parser.specification(value)),
  assigns("vdev", (parser, value) => parser.text("vdev", "vdev", value)),
  assigns("script", (parser, value) => parser.text("script", "script", value)),
  flag("direct-io-safe", ({ disk }) => void (disk.directIoSafe = true)),
  flag("discard", ({ disk }) => void (disk.discard = true)),
  flag("no-discard", ({ disk }) => void (disk.discard = false)),
  flag("colo", ({ disk }) => void (disk.colo = true)),
  flag("no-colo", ({ disk }) => void (disk.colo = false)),
  assigns("colo-host", (parser, value) => parser.text("coloHost", "colo-host", value)),
  assigns("colo-port", (parser, value) => parser.coloPort(value)),
  assigns("colo-export", (parser, value) => parser.text("coloExport", "colo-export", value)),
  assigns("active-disk", (parser, value) => parser.text("activeDisk", "active-disk", value)),
  assigns("hidden-disk", (parser, value) => parser.text("hiddenDisk", "hidden-disk", value)),
  { match: /target=[^\n]*/y, act: (parser, text) => parser.text("target", "target", valueOf(text)) },
  {
    match: /[a-z][-a-z0-9]*=[^,],?/y,
    act: (parser, text) => parser.fail(text, "unknown parameter"),
  },
  prefix("raw|qcow2?|vhd", (parser, word) => parser.format(word)),
  prefix("iscsi|e?nbd|drbd", (parser, word) => parser.text("script", "script", `block-${word}`)),
  prefix("tapdisk|tap2?|aio|ioemu|file|phy", () => {}),
  {
    match: /[a-z][a-z0-9]*:/y,
    before: /(?:[^a-z0-9][^\n]*)?/y,
    act: (parser, text) => parser.stop(text, "unknown deprecated disk prefix"),
  },
  { match: /[^=,]*,|[^=,]+,?/y, act: (parser, text) => parser.positional(text.replace(/,$/, "")) },
  { match: /[^\n]/y, act: (parser, text) => parser.stop(text, "bad disk syntax") },
];

/** Characters: twice the longest path (Linux PATH_MAX) is room for any disk. Each rule looks at all that is left. */
const LONGEST_SPEC = 8192;

/** The disk, or everything that is wrong. */
export function parseDisk(spec: string): Result<DiskConfig, readonly DiskFault[]> {
  if (spec.length > LONGEST_SPEC) {
    return err([{ reason: `longer than ${LONGEST_SPEC} characters`, near: spec.slice(0, 40) }]);
  }
  const parser = new DiskParser();
  for (let at = 0; at < spec.length && !parser.stopped;) {
    const taken = longest(spec, at);
    if (!taken) break;
    const strays = taken.rule === RULES.at(-1);
    taken.rule.act(parser, strays ? spec.slice(at) : taken.text);
    at += taken.text.length;
  }
  return parser.faults.length > 0 ? err(parser.faults) : completed(parser.disk);
}

function longest(spec: string, at: number): { readonly rule: Rule; readonly text: string } | undefined {
  let best: { rule: Rule; text: string; reach: number } | undefined;
  for (const rule of RULES) {
    rule.match.lastIndex = at;
    const text = rule.match.exec(spec)?.[0];
    if (!text) continue;
    let reach = text.length;
    if (rule.before) {
      rule.before.lastIndex = at + text.length;
      const after = rule.before.exec(spec)?.[0];
      if (after === undefined) continue;
      reach += after.length;
    }
    if (!best || reach > best.reach) best = { rule, text, reach };
  }
  return best;
}

function completed(draft: Draft): Result<DiskConfig, readonly DiskFault[]> {
  const cdrom = draft.cdrom ?? false;
  const format = cdrom && !draft.target ? "empty" : draft.format ?? "raw";
  if (draft.vdev === undefined) return err([{ reason: "no vdev specified", near: undefined }]);
  if (draft.target === undefined && !cdrom) {
    return err([{ reason: "no target specified (and device not removable)", near: undefined }]);
  }
  return ok({
    directIoSafe: false,
    ...draft,
    vdev: draft.vdev,
    format,
    cdrom,
    removable: cdrom,
    readWrite: cdrom ? false : draft.readWrite ?? true,
  });
}
