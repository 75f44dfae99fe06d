/** CPU lists: `0-3,^1`, `all` (Xen 4.17 `tools/xl/xl_parse.c` parse_cpurange). Shown in listings; nothing is scheduled here. */

/** The machine's CPUs, and the NUMA node of each where that is known. */
export interface Cpus {
  readonly cpus: number;
  readonly nodeOfCpu?: readonly number[];
}

/** The CPUs, ascending; or what is wrong. `node:N` stands for all CPUs of a node. */
export function parseCpus(text: string, { cpus, nodeOfCpu = [] }: Cpus): number[] | string {
  const set = new Set<number>();
  // libxl's map has whole bytes: one bit for each CPU and those that fill the last byte; others cannot be set.
  const width = 8 * Math.ceil(cpus / 8);
  const nodeOf = (cpu: number): number | undefined => cpu < cpus ? nodeOfCpu[cpu] ?? 0 : undefined;
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const [, not, nodes, rest] = /^(\^?)((?:nodes?:)?)(.*)$/s.exec(part)!;
    if (rest === "all") {
      if (not) return `Can't combine "^" and "all".`;
      for (let cpu = 0; cpu < width; cpu++) set.add(cpu);
      continue;
    }
    const [, first, last = first] = /^([0-9]+)(?:-([0-9]+))?$/.exec(rest!) ?? [];
    if (first === undefined || Number(last) < Number(first)) return `Invalid pcpu range: ${rest}.`;
    for (let cpu = 0; cpu < width; cpu++) {
      const at = nodes ? nodeOf(cpu) : cpu;
      if (at !== undefined && at >= Number(first) && at <= Number(last)) not ? set.delete(cpu) : set.add(cpu);
    }
  }
  return [...set].sort((a, b) => a - b);
}
