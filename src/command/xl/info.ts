/** `xl info`, `xl dmesg`: the host (Xen 4.17 `tools/xl/xl_info.c`). */
import { type Json } from "../../base/json.ts";
import { MiB } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { refused, said, type XlVerb } from "./verb.ts";

export const info: XlVerb = {
  name: "info",
  summary: "Get information about Xen host",
  usage: "[-n] [FIELD]",
  options: ["-n, --numa   processors and memory of each node as well"],
  effect: "reads",
  syntax: { short: "n", long: { numa: "n" } },
  required: 0,
  run(host, { flags, operands }) {
    const numa = flags.has("n");
    const rows = [...nodeRows(host), ...physicalRows(host), ...versionRows(host), ["xend_config_format", "4"] as const];
    const [field] = operands;
    // A field filters only where -n is not given; what begins with its letters is shown.
    if (!numa && field !== undefined) {
      const matching = rows.filter(([key]) => line(key, "").startsWith(field));
      return said(matching.map(([, text]) => `${text}\n`).join(""));
    }
    const at = rows.findIndex(([key]) => key === "xen_major");
    const text = (part: readonly Row[]) => part.map(([key, value]) => `${line(key, value)}\n`).join("");
    const topology = numa ? topologyText(host) + numaText(host) : "";
    return said(text(rows.slice(0, at)) + topology + text(rows.slice(at)), Object.fromEntries(rows) as Json);
  },
};

type Row = readonly [key: string, value: string];

const line = (key: string, value: string): string => `${key.padEnd(23)}: ${value}`;

function nodeRows({ facts: { xl } }: Fork): Row[] {
  return [["host", xl.host], ["release", xl.release], ["version", xl.version], ["machine", xl.machine]];
}

function physicalRows(host: Fork): Row[] {
  const physical = host.toolstack.tools.host.physinfo();
  if (physical.isErr()) return [];
  const info = physical.value;
  const { pv, hvm, directio } = info.capabilities;
  const has = { ...info.capabilities, hvm_directio: hvm && directio, pv_directio: pv && directio };
  const words = Object.entries({
    pv: "pv",
    hvm: "hvm",
    hvm_directio: "hvm_directio",
    pv_directio: "pv_directio",
    hap: "hap",
    shadow: "shadow",
    iommu_hap_pt_share: "iommu_hap_pt_share",
    vmtrace: "vmtrace",
    vpmu: "vpmu",
    gnttab_v1: "gnttab-v1",
    gnttab_v2: "gnttab-v2",
  }).filter(([key]) => has[key as keyof typeof has]).map(([, word]) => word);
  const mebibytes = (bytes: number): string => String(Math.floor(bytes / MiB));
  return [
    ["nr_cpus", String(info.cpus)],
    ["max_cpu_id", String(info.maxCpuId)],
    ["nr_nodes", String(info.nodes)],
    ["cores_per_socket", String(info.coresPerSocket)],
    ["threads_per_core", String(info.threadsPerCore)],
    ["cpu_mhz", `${Math.floor(info.cpuKhz / 1000)}.${String(info.cpuKhz % 1000).padStart(3, "0")}`],
    ["hw_caps", info.hwCaps.map((word) => word.toString(16).padStart(8, "0")).join(":")],
    ["virt_caps", words.join(" ")],
    ["total_memory", mebibytes(info.total)],
    ["free_memory", mebibytes(info.free - info.outstanding)],
    ["sharing_freed_memory", "0"],
    ["sharing_used_memory", "0"],
    ["outstanding_claims", mebibytes(info.outstanding)],
    ["free_cpus", "0"],
  ];
}

function versionRows({ facts: { xl } }: Fork): Row[] {
  return [
    ["xen_major", String(xl.xenMajor)],
    ["xen_minor", String(xl.xenMinor)],
    ["xen_extra", xl.xenExtra],
    ["xen_version", `${xl.xenMajor}.${xl.xenMinor}${xl.xenExtra}`],
    ["xen_caps", xl.xenCaps],
    ["xen_scheduler", xl.scheduler],
    ["xen_pagesize", "4096"],
    ["platform_params", `virt_start=${xl.virtStart}`],
    ["xen_changeset", xl.changeset],
    ["xen_commandline", xl.commandLine],
    ["cc_compiler", xl.compiler],
    ["cc_compile_by", xl.compileBy],
    ["cc_compile_domain", xl.compileDomain],
    ["cc_compile_date", xl.compileDate],
    ["build_id", xl.buildId],
  ];
}

function topologyText(host: Fork): string {
  const rows = (host.facts.xl.cpuTopology ?? assumedTopology(host)).map(({ core, socket, node }, cpu) =>
    `${String(cpu).padStart(3)}:    ${wide(core)}     ${wide(socket)}     ${wide(node)}\n`
  );
  return `cpu_topology           :\ncpu:    core    socket     node\n${rows.join("")}` +
    "device topology        :\ndevice           node\nNo device topology data available\n";
}

const wide = (value: number): string => String(value).padStart(4);

/** Where no capture says it: processors in the order of sockets, a node to each. */
function assumedTopology(host: Fork): { core: number; socket: number; node: number }[] {
  const { cpus, coresPerSocket, threadsPerCore, nodes } = host.toolstack.tools.host.physinfo()._unsafeUnwrap();
  const perSocket = Math.max(1, coresPerSocket * threadsPerCore);
  return Array.from({ length: cpus }, (_, cpu) => {
    const socket = Math.floor(cpu / perSocket);
    return {
      core: Math.floor((cpu % perSocket) / Math.max(1, threadsPerCore)),
      socket,
      node: socket % Math.max(1, nodes),
    };
  });
}

function numaText(host: Fork): string {
  const nodes = host.toolstack.tools.host.nodes().unwrapOr([]);
  const rows = nodes.map(({ size, free, distances }, node) => {
    const cells = [size, free].map((bytes) => String(Math.floor(bytes / MiB)).padStart(6));
    return `${wide(node)}:    ${cells[0]}     ${cells[1]}      ${distances.join(",")}\n`;
  });
  return `numa_info              :\nnode:    memsize    memfree    distances\n${rows.join("")}`;
}

export const dmesg: XlVerb = {
  name: "dmesg",
  summary: "Read and/or clear dmesg buffer",
  usage: "[-c]",
  options: ["-c, --clear   empty the buffer as well"],
  effect: ({ flags }) => flags.has("c") ? "writes" : "reads",
  syntax: { short: "c", long: { clear: "c" } },
  required: 0,
  run(host, { flags }) {
    return host.toolstack.tools.host.console(flags.has("c"))
      .match((text) => said(text), () => refused("libxl_xen_console_read_start failed.\n"));
  },
};
