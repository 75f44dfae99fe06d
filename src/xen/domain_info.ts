/** A domain as getdomaininfo shows it (`common/domctl.c`, getdomaininfo). */
import { domainInfo, DOMINF, DOMINF_SHUTDOWN_SHIFT, SHUTDOWN_REASON } from "../abi/mod.ts";
import { type RecordOf } from "../base/structure.ts";
import { type Core } from "./core.ts";
import { type Domain, isHvm } from "./domain.ts";

/** shared_info lies at no gfn of the model. */
const INVALID_GFN = (1n << 64n) - 1n;
/** SHUTDOWN_CODE_INVALID, all ones, as it stands in the upper half of the flags. */
const NOT_SHUT_DOWN = 0xffff;

export function infoOf(core: Core, domain: Domain): RecordOf<typeof domainInfo.fields> {
  return {
    domain: domain.domid,
    pad1: new Uint8Array(2),
    flags: flagsOf(domain),
    totPages: BigInt(domain.ramPages),
    maxPages: BigInt(domain.maxPages),
    outstandingPages: 0n,
    shrPages: 0n,
    pagedPages: 0n,
    sharedInfoFrame: INVALID_GFN,
    cpuTime: domain.cpuTime,
    nrOnlineVcpus: domain.vcpus,
    maxVcpuId: Math.max(domain.vcpus - 1, 0),
    ssidref: domain.ssidref,
    handle: domain.uuid,
    cpupool: domain.cpupool,
    gpaddrBits: isHvm(domain) ? core.options.machine.physicalAddressBits : 0,
    pad2: new Uint8Array(7),
    emulationFlags: domain.emulationFlags,
    miscFlags: domain.miscFlags,
  };
}

function flagsOf(domain: Domain): number {
  const bits: readonly (readonly [boolean, number])[] = [
    [domain.domid === 0, DOMINF.running],
    [domain.pauseCount > 0, DOMINF.paused],
    [domain.shutdown !== undefined, DOMINF.shutdown],
    [isHvm(domain), DOMINF.hvm_guest | DOMINF.hap],
  ];
  const code = domain.shutdown === undefined ? NOT_SHUT_DOWN : SHUTDOWN_REASON[domain.shutdown];
  return bits.reduce((flags, [set, bit]) => (set ? flags | bit : flags), code << DOMINF_SHUTDOWN_SHIFT) >>> 0;
}
