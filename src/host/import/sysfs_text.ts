/**
 * `STATE.sysfs.txt` of a capture: every readable attribute under /sys/bus/nd/devices as `device/file: value`, and links as
 * `device/link -> target`.
 */

export class SysfsText {
  readonly #values = new Map<string, string>();
  readonly devices: ReadonlySet<string>;

  constructor(text: string) {
    const devices = new Set<string>();
    for (const line of text.split("\n")) {
      const match = /^([^\s:]+)(?:: ?| -> )(.*)$/.exec(line.replace(/:$/, ": "));
      if (!match) continue;
      const [, path, value] = match;
      devices.add(path!.split("/")[0]!);
      this.#values.set(path!, value!.trim());
    }
    this.devices = devices;
  }

  /** The attribute's value or the link's target; undefined where it is absent, empty or could not be read. */
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

  /** The word in brackets of a list such as `[512] 4096`. */
  selected(path: string): number | undefined {
    const word = /\[([0-9]+)\]/.exec(this.get(path) ?? "")?.[1];
    return word === undefined ? undefined : Number(word);
  }

  /** Devices of one kind in order of number: `nmem`, `region`; `region` limits to `KIND R.Y` of region R. */
  ofKind(kind: string, region?: number): string[] {
    const prefix = region === undefined ? kind : `${kind}${region}.`;
    const numbered = [...this.devices].filter((name) =>
      name.startsWith(prefix) && /^[0-9]+$/.test(name.slice(prefix.length))
    );
    return numbered.sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));
  }
}
