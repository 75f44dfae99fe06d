/**
 * sysfs as text: one attribute a line, `device/file: value`; links as `device/link -> target`; a file that could not be read
 * as `device/file:`.
 */

export class CapturedSysfs {
  readonly #values = new Map<string, string>();
  readonly #links = new Set<string>();
  readonly #devices = new Set<string>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const match = /^([^\s:]+)(?:: ?(.*)| -> .*)$/.exec(line);
      if (!match) continue;
      const [, path, value] = match as unknown as [string, string, string | undefined];
      this.#devices.add(path.split("/")[0]!);
      if (value === undefined) this.#links.add(path);
      else this.#values.set(path, value);
    }
  }

  has(device: string): boolean {
    return this.#devices.has(device);
  }
  /** Devices whose name matches, as the text has them. */
  named(pattern: RegExp): string[] {
    return [...this.#devices].filter((name) => pattern.test(name));
  }
  /** A driver is bound to the device. */
  bound(device: string): boolean {
    return this.#links.has(`${device}/driver`);
  }
  /** Undefined where the file is absent, empty, or could not be read. */
  value(path: string): string | undefined {
    return this.#values.get(path)?.trim() || undefined;
  }
  /** In decimal or with 0x. */
  number(path: string): number | undefined {
    const value = this.value(path);
    return value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value);
  }
  /** The size that a list like `512 [4096]` marks. */
  selected(path: string): number {
    return Number(/\[(\d+)\]/.exec(this.value(path) ?? "")?.[1] ?? 0);
  }
}
