/** `xl vcpu-list` (Xen 4.17 `tools/xl/xl_vcpu.c`). */
import { type Fork } from "../../host/mod.ts";
import { type XenDomain } from "../../toolstack/mod.ts";
import { bitmapText } from "./bitmap.ts";
import { nameOf, onlineVcpus, pad, seconds } from "./columns.ts";
import { findDomain } from "./domains.ts";
import { NO_OPTIONS, said, type XlVerb } from "./verb.ts";

export const vcpuList: XlVerb = {
  name: "vcpu-list",
  summary: "List the VCPUs for all/some domains",
  usage: "[Domain, ...]",
  effect: "reads",
  syntax: NO_OPTIONS,
  required: 0,
  run(host, { operands }) {
    const head = "Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)\n";
    const { domains } = host.toolstack.tools;
    const all = domains.list().unwrapOr([]);
    let out = head;
    if (operands.length === 0) return said(head + all.map((domain) => vcpuRows(host, domain)).join(""));
    for (const operand of operands) {
      const domid = findDomain(host, operand);
      if (domid.isErr()) return { ...domid.error, out };
      const domain = all.find((each) => each.domid === domid.value);
      if (domain) out += vcpuRows(host, domain);
    }
    return said(out);
  },
};

/** vCPUs are spread over the processors in turn; nothing is really scheduled. */
function vcpuRows(host: Fork, domain: XenDomain): string {
  const { cpus, maxCpuId } = host.toolstack.tools.host.physinfo()._unsafeUnwrap();
  const config = host.toolstack.record(domain.domid)?.config;
  const online = onlineVcpus(host, domain);
  const share = domain.cpuTime / BigInt(Math.max(1, domain.vcpus));
  const rows = Array.from({ length: domain.vcpus }, (_, vcpu) => {
    const place = vcpu < online
      ? `${pad(vcpu % cpus, 5)} ${(domain.running ? "r" : "-").padStart(3)}${domain.blocked ? "b" : "-"}- `
      : `${"-".padStart(5)} ${"-".padStart(3)}-p `;
    const affinity = (kind: string): string => {
      const lists = config?.shown[`b_info/vcpu_${kind}_affinity`] as readonly number[][] | undefined;
      return lists?.[vcpu] ? bitmapText(lists[vcpu]!, maxCpuId + 1) : "all";
    };
    return `${nameOf(host, domain.domid).padEnd(32)} ${pad(domain.domid, 5)} ${pad(vcpu, 5)}${place}${
      seconds(share).padStart(9)
    }  ${affinity("hard")} / ${affinity("soft")}\n`;
  });
  return rows.join("");
}
