/**
 * XenStore as the toolstack fills it: what libxl writes for each domain, in its order (Xen 4.17, as captured with
 * `xenstore-ls -f`). Derived from libxl's records, never kept. Frontends and backends of disks and networks are not modeled.
 */
import { SPECIAL_PAGES } from "../abi/hvm_layout.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type DomainRecord } from "./domain_record.ts";
import { records, storeFacts } from "./domain_records.ts";
import { planMemory } from "./domain/memory_plan.ts";
import { type Tools } from "./parts.ts";

/** Paths with their values, parents before children, siblings in the order of their making. */
export type StoreNodes = readonly (readonly [path: string, value: string])[];

/** `special_pfn` (`xg_dom_x86.c`). */
const STORE_RING = SPECIAL_PAGES.start / PAGE_SIZE + 4;
const CONSOLE_RING = SPECIAL_PAGES.start / PAGE_SIZE + 7;

export function storeNodes(tools: Tools): StoreNodes {
  const all = records(tools);
  const { dom0Name, renamed, hadGuests } = storeFacts(tools);
  return withParents([
    ["/tool/xenstored", ""],
    ...DOM0_FEATURES.map((feature) => [`/local/domain/0/control/feature-${feature}`, "1"] as const),
    ["/local/domain/0/domid", "0"],
    ["/local/domain/0/name", dom0Name],
    ...all.flatMap(backendNodes),
    ...all.filter(({ config }) => config.type === "hvm").map(({ domid }) =>
      [`/local/domain/0/device-model/${domid}/state`, "running"] as const
    ),
    ...all.flatMap(domainNodes),
    ["/local/pool/0/name", "Pool-0"],
    ...(hadGuests ? [["/vm", ""] as const] : []),
    ...(renamed ? [[`/vm/${DOM0_UUID}/name`, dom0Name] as const] : []),
    ...all.flatMap(vmNodes),
    ...(hadGuests ? [["/libxl", ""] as const] : []),
    ...all.flatMap(libxlNodes),
  ]);
}

const DOM0_UUID = "00000000-0000-0000-0000-000000000000";
/** What dom0's kernel says it can be asked for. */
const DOM0_FEATURES = ["poweroff", "reboot", "suspend"];

function backendNodes({ domid }: DomainRecord): StoreNodes {
  const node = (path: string, value: string) => [`/local/domain/0/backend/console/${domid}/0/${path}`, value] as const;
  return [
    node("frontend", `/local/domain/${domid}/console`),
    node("frontend-id", String(domid)),
    node("online", "1"),
    node("state", "1"),
    node("protocol", "vt100"),
  ];
}

const vmNodes = ({ uuid, name, startedAt }: DomainRecord): StoreNodes => [
  [`/vm/${uuid}`, ""],
  [`/vm/${uuid}/name`, name],
  [`/vm/${uuid}/uuid`, uuid],
  [`/vm/${uuid}/start_time`, (Number(startedAt / 10_000_000n) / 100).toFixed(2)],
];

function domainNodes(record: DomainRecord): StoreNodes {
  const { domid, uuid, name, config } = record;
  const plan = planMemory(config);
  const online = config.vcpus ?? 1;
  const node = (path: string, value = ""): readonly [string, string] => [`/local/domain/${domid}/${path}`, value];
  const cpus = Array.from({ length: plan.vcpus }, (_, cpu) => cpu);
  return [
    node("vm", `/vm/${uuid}`),
    node("name", name),
    ...cpus.map((cpu) => node(`cpu/${cpu}/availability`, cpu < online ? "online" : "offline")),
    node("memory/static-max", String(plan.maxMemkb)),
    node("memory/target", String(plan.targetMemkb - plan.videoMemkb)),
    node("memory/videoram", String(plan.videoMemkb)),
    node("device/suspend/event-channel"),
    ...(config.type === "hvm"
      ? [node("hvmloader/bios", String(config.shown["b_info/type.hvm/bios"] ?? "seabios"))]
      : []),
    node("control/shutdown"),
    node("control/feature-poweroff"),
    node("control/feature-reboot"),
    node("control/feature-suspend"),
    node("control/sysrq"),
    node("control/platform-feature-multiprocessor-suspend", "1"),
    node("control/platform-feature-xs_reset_watches", "1"),
    ...["data", "drivers", "feature", "attr", "error"].map((path) => node(path)),
    node("domid", String(domid)),
    node("store/port", "1"),
    node("store/ring-ref", String(STORE_RING)),
    node("console/backend", `/local/domain/0/backend/console/${domid}/0`),
    node("console/backend-id", "0"),
    node("console/limit", "1048576"),
    node("console/type", "xenconsoled"),
    node("console/output", "pty"),
    node("console/tty", `/dev/pts/${record.console}`),
    node("console/port", "2"),
    node("console/ring-ref", String(CONSOLE_RING)),
  ];
}

function libxlNodes({ domid, config }: DomainRecord): StoreNodes {
  const node = (path: string, value: string): readonly [string, string] => [`/libxl/${domid}/${path}`, value];
  const console = (path: string, value: string) => node(`device/console/0/${path}`, value);
  return [
    console("frontend", `/local/domain/${domid}/console`),
    console("backend", `/local/domain/0/backend/console/${domid}/0`),
    console("frontend-id", String(domid)),
    console("online", "1"),
    console("state", "1"),
    console("protocol", "vt100"),
    node("type", config.type),
    node("dm-version", config.deviceModelVersion ?? "qemu_xen"),
  ];
}

/** Every node on the way to another one exists, with an empty value. */
function withParents(nodes: StoreNodes): StoreNodes {
  const all = new Map<string, string>();
  for (const [path, value] of nodes) {
    const parts = path.slice(1).split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = `/${parts.slice(0, depth).join("/")}`;
      if (!all.has(parent)) all.set(parent, "");
    }
    all.set(path, value);
  }
  return [...all];
}
