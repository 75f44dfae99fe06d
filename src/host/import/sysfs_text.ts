/** `STATE.sysfs.txt` of a capture: every readable attribute under /sys/bus/nd/devices as `device/file: value`. */

export class SysfsText {
  readonly #values = new Map<string, string>();
  readonly devices: ReadonlySet<string>;

  constructor(text: string) {
    const devices = new Set<string>();
    for (const line of text.split("\n")) {
      const match = /^([^\s:]+?)(?:: ?(.*)|:|( -> .*))$/.exec(line);
      if (!match) continue;
      const [, path, value] = match;
      devices.add(path!.split("/")[0]!);
      if (value !== undefined) this.#values.set(path!, value.trim());
    }
    this.devices = devices;
  }

  /** The attribute's value, or undefined where it is absent or could not be read. */
  get(path: string): string | undefined {
    return this.#values.get(path) || undefined;
  }

  /** A value in decimal or 0x hex. */
  number(path: string): number | undefined {
    const text = this.get(path);
    return text === undefined || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  words(path: string): string[] {
    return this.get(path)?.split(/\s+/) ?? [];
  }

  /** Devices of one kind in order of number: `nmem`, `region`. */
  ofKind(kind: string): string[] {
    const numbered = [...this.devices].filter((name) => new RegExp(`^${kind}[0-9]+$`).test(name));
    return numbered.sort((a, b) => Number(a.slice(kind.length)) - Number(b.slice(kind.length)));
  }
}
