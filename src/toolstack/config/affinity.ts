/** CPU lists: `0-3,^1`, `all` (Xen 4.17 `tools/xl/xl_parse.c` parse_cpurange). Shown in listings; nothing is scheduled here. */

/** A larger number ends the parse of one part, so that no list takes long to read. */
const MOST_CPUS = 2 ** 20;

/** The CPUs, ascending; or what is wrong. */
export function parseCpus(text: string, cpus: number): number[] | string {
  const set = new Set<number>();
  // libxl's map has whole bytes: one bit for each CPU and those that fill the last byte; others cannot be set.
  const width = 8 * Math.ceil(cpus / 8);
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const not = part.startsWith("^");
    const rest = not ? part.slice(1) : part;
    if (rest === "all") {
      if (not) return `Can't combine "^" and "all".`;
      for (let cpu = 0; cpu < width; cpu++) set.add(cpu);
      continue;
    }
    const [, first, last = first] = /^([0-9]+)(?:-([0-9]+))?$/.exec(rest) ?? [];
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MOST_CPUS) {
      return `Invalid pcpu range: ${rest}.`;
    }
    for (let cpu = Number(first); cpu <= Math.min(Number(last), width - 1); cpu++) not ? set.delete(cpu) : set.add(cpu);
  }
  return [...set].sort((a, b) => a - b);
}
