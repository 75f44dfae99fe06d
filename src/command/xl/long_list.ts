/** `xl list -l`: what libxl keeps of a domain's configuration, brought up to date (`libxl_retrieve_domain_configuration`). */
import { type Json } from "../../base/json.ts";
import { type Fork } from "../../host/mod.ts";
import { configJson, type XenDomain } from "../../toolstack/mod.ts";
import { nameOf } from "./columns.ts";

export function configurationOf(host: Fork, domain: XenDomain): Json {
  const scheduled = {
    "b_info/sched_params/sched": host.facts.xl.scheduler,
    "b_info/sched_params/weight": 256,
    "b_info/sched_params/cap": 0,
  };
  const record = host.toolstack.record(domain.domid);
  if (!record) return dom0Details(host, domain);
  return configJson({ ...record.config, name: record.name }, {
    "c_info/domid": 2 ** 32 - 1,
    "b_info/video_memkb": record.config.type === "hvm" ? record.config.videoMemkb ?? 8192 : 0,
    ...scheduled,
    "b_info/arch_x86/msr_relaxed": "False",
  });
}

function dom0Details(host: Fork, domain: XenDomain): Json {
  const type = domain.hvm ? "pvh" : "pv";
  return {
    c_info: { type, name: nameOf(host, domain.domid) },
    b_info: {
      max_memkb: domain.maxMemkb,
      // libxl takes the target from what dom0 asked for itself, a KiB below.
      target_memkb: domain.currentMemkb - 1,
      sched_params: { sched: host.facts.xl.scheduler, weight: 256, cap: 0 },
      [`type.${type}`]: {},
      arch_arm: {},
      arch_x86: {},
    },
  };
}
