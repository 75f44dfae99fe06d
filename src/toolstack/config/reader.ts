/**
 * Reading settings as values of a kind, with xl's remarks on what has another kind: such a setting is left out, no more
 * (Xen 4.17 `tools/libs/util/libxlu_cfg.c`).
 */
import { type Complaints } from "./complaints.ts";
import { type Setting, type SettingValue } from "./settings.ts";

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

export class SettingReader {
  constructor(private readonly settings: ReadonlyMap<string, Setting>, readonly complaints: Complaints) {}

  has(name: string): boolean {
    return this.settings.has(name);
  }

  isList(name: string): boolean {
    return Array.isArray(this.settings.get(name)?.value);
  }

  string(name: string): string | undefined {
    return this.#atom(name)?.value;
  }

  /** A C integer in any base. */
  long(name: string, quiet = false): number | undefined {
    const atom = this.#atom(name, quiet);
    if (!atom) return undefined;
    const warn = (text: string): undefined => {
      if (!quiet) this.complaints.warn(atom.line, text);
    };
    if (atom.added) return warn(`can't use += with numbers for parameter \`${name}'`);
    const value = strtol(atom.value);
    if (value === undefined) return warn(`parameter \`${name}' is not a valid number`);
    if (value < LONG_MIN || value > LONG_MAX) {
      return warn(`parameter \`${name}' could not be parsed as a number: Numerical result out of range`);
    }
    return Number(value);
  }

  /** Any number but zero is true. */
  bool(name: string, quiet = false): boolean | undefined {
    const value = this.long(name, quiet);
    return value === undefined ? undefined : value !== 0;
  }

  list(name: string, quiet = false): readonly SettingValue[] | undefined {
    const setting = this.settings.get(name);
    if (!setting) return undefined;
    if (typeof setting.value !== "string") return setting.value;
    if (!quiet) {
      this.complaints.warn(setting.line, `parameter \`${name}' is a single value but should be a list`);
    }
    return undefined;
  }

  /** A list's strings up to the first item that is none, as xl's loops over devices take them. */
  strings(name: string): readonly string[] | undefined {
    const list = this.list(name);
    if (!list) return undefined;
    const end = list.findIndex((item) => typeof item !== "string");
    return (end < 0 ? list : list.slice(0, end)) as string[];
  }

  #atom(name: string, quiet = false): { value: string; line: number; added: boolean } | undefined {
    const setting = this.settings.get(name);
    if (!setting) return undefined;
    const { value, line, added } = setting;
    if (typeof value === "string") return { value, line, added };
    if (!quiet) this.complaints.warn(line, `parameter \`${name}' is a list but should be a single value`);
    return undefined;
  }
}

/** C's strtol in base 0 with nothing behind the number. */
function strtol(text: string): bigint | undefined {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (!match) return undefined;
  const digits = match[2]!;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === "-" ? -value : value;
}
