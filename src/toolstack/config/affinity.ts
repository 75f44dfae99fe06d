/** CPU lists: `0-3,^1`, `all` (Xen 4.17 `tools/xl/xl_parse.c` parse_cpurange). Shown in listings; nothing is scheduled here. */

/** More physical CPUs than any machine has: what `all` stops at, and a bound on what a list may name. */
const MOST_CPUS = 4096;

/** The CPUs, ascending; or what is wrong. */
export function parseCpus(text: string, cpus: number): number[] | string {
  const set = new Set<number>();
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const not = part.startsWith("^");
    const rest = not ? part.slice(1) : part;
    if (rest === "all") {
      if (not) return `Can't combine "^" and "all".`;
      for (let cpu = 0; cpu < cpus; cpu++) set.add(cpu);
      continue;
    }
    const [, first, last = first] = /^([0-9]+)(?:-([0-9]+))?$/.exec(rest) ?? [];
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MOST_CPUS) {
      return `Invalid pcpu range: ${rest}.`;
    }
    for (let cpu = Number(first); cpu <= Number(last); cpu++) not ? set.delete(cpu) : set.add(cpu);
  }
  return [...set].sort((a, b) => a - b);
}
