/**
 * What `xl info` prints that no hypercall of the model answers: dom0's kernel, how Xen was built and started, and what dom0's
 * own disk holds. Taken from a capture's `xl-info-n.txt` (or `xl-info.txt`).
 */

export interface HostXlFacts {
  /** uname of dom0: `host`, `release`, `version`, `machine`. */
  readonly host: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly xenMajor: number;
  readonly xenMinor: number;
  /** `.7` */
  readonly xenExtra: string;
  readonly xenCaps: string;
  readonly scheduler: string;
  readonly virtStart: string;
  readonly changeset: string;
  readonly commandLine: string;
  readonly compiler: string;
  readonly compileBy: string;
  readonly compileDomain: string;
  readonly compileDate: string;
  readonly buildId: string;
  /** Lines of `cpu_topology`, where a capture shows them (it may show none): core, socket, node of each CPU. */
  readonly cpuTopology?: readonly { readonly core: number; readonly socket: number; readonly node: number }[];
  /**
   * Paths that dom0's disk holds besides the configuration files, kernels of guests for instance. Absent: whatever a
   * configuration names is taken to be there.
   */
  readonly dom0Files?: readonly string[];
}

/** Xen 4.17.7 under Debian 12, as the captures have it: the host of a fixture without `xl info`. */
export const DEFAULT_XL_FACTS: HostXlFacts = {
  host: "dom0",
  release: "6.1.0-56-amd64",
  version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)",
  machine: "x86_64",
  xenMajor: 4,
  xenMinor: 17,
  xenExtra: ".7",
  xenCaps: "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
  scheduler: "credit2",
  virtStart: "0xffff800000000000",
  changeset: "",
  commandLine: "",
  compiler: "x86_64-linux-gnu-gcc (Debian 12.2.0-14+deb12u1) 12.2.0",
  compileBy: "pkg-xen-devel",
  compileDomain: "lists.alioth.debian.org",
  compileDate: "Wed Nov  4 16:52:28 UTC 2026",
  buildId: "151b373fd64b321593bf987fd923cd10dabadac4",
};

/** The facts that `xl info` or `xl info -n` shows; whatever is missing there is taken from `DEFAULT_XL_FACTS`. */
export function parseXlInfo(text: string): HostXlFacts {
  const rows = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^([a-z_]+) *: ?(.*)$/.exec(line) ?? [];
    if (key !== undefined && !rows.has(key)) rows.set(key, value!);
  }
  const row = (key: string, otherwise: string): string => rows.get(key) ?? otherwise;
  const { xenMajor, xenMinor, ...base } = DEFAULT_XL_FACTS;
  return {
    host: row("host", base.host),
    release: row("release", base.release),
    version: row("version", base.version),
    machine: row("machine", base.machine),
    xenMajor: Number(rows.get("xen_major") ?? xenMajor),
    xenMinor: Number(rows.get("xen_minor") ?? xenMinor),
    xenExtra: row("xen_extra", base.xenExtra),
    xenCaps: row("xen_caps", base.xenCaps),
    scheduler: row("xen_scheduler", base.scheduler),
    virtStart: row("platform_params", `virt_start=${base.virtStart}`).replace(/^virt_start=/, ""),
    changeset: row("xen_changeset", base.changeset),
    commandLine: row("xen_commandline", base.commandLine),
    compiler: row("cc_compiler", base.compiler),
    compileBy: row("cc_compile_by", base.compileBy),
    compileDomain: row("cc_compile_domain", base.compileDomain),
    compileDate: row("cc_compile_date", base.compileDate),
    buildId: row("build_id", base.buildId),
    ...(rows.has("cpu_topology") ? { cpuTopology: parseTopology(text) } : {}),
  };
}

function parseTopology(text: string): { core: number; socket: number; node: number }[] {
  const section = /^cpu: +core +socket +node\n((?: *[0-9]+:.*\n)*)/m.exec(text)?.[1] ?? "";
  return [...section.matchAll(/^ *[0-9]+: +([0-9]+) +([0-9]+) +([0-9]+)$/gm)].map(([, core, socket, node]) => ({
    core: Number(core),
    socket: Number(socket),
    node: Number(node),
  }));
}
