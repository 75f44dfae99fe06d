/** `export qemu|libvirt|xl`: a running domain's configuration for the real tool. */
import { PAGE_SIZE } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { type DomainRecord, framesIn, namespaceBackings, type VnvdimmRecord } from "../../toolstack/mod.ts";
import { type AnyCommand, done } from "../language/command.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { DOMAIN_OPTION, findDomain } from "../tables/domain.ts";
import { lookingVerb, noSuchObject } from "../tables/verb.ts";
import { libvirtExport } from "./libvirt_export.ts";
import { type Backing, qemuExport } from "./qemu_export.ts";
import { xlExport } from "./xl_export.ts";

type Writer = (host: Fork, record: DomainRecord) => string;

const WRITERS: Readonly<Record<"qemu" | "libvirt" | "xl", Writer>> = {
  qemu: (host, record) =>
    qemuExport(record, (vnvdimm) => backingOf(host, vnvdimm), host.deviceModels.process(record.domid)?.persistence),
  libvirt: (host, record) => libvirtExport(record, (vnvdimm) => backingOf(host, vnvdimm)),
  xl: (_host, record) => xlExport(record),
};

/** Where a vNVDIMM's bytes lie for a program in dom0: a file, or the namespace's block device and an offset in it. */
function backingOf(host: Fork, { runs, file, labelPages, spec }: VnvdimmRecord): Backing {
  const size = framesIn(runs) * PAGE_SIZE;
  const labelSize = labelPages * PAGE_SIZE;
  if (file !== undefined) return { path: file, offset: 0, size, labelSize };
  const start = runs[0]!.mfn * PAGE_SIZE;
  const backing = namespaceBackings(host.dom0).find(({ extent }) => extent.start <= start && start < extent.end);
  if (!backing) return { path: `/dev/mem  # ${spec}`, offset: start, size, labelSize };
  return { path: `/dev/${backing.device}`, offset: start - backing.data.start, size, labelSize };
}

const SUMMARY = {
  qemu: "Write a domain as arguments of a stock QEMU",
  libvirt: "Write a domain as libvirt XML",
  xl: "Write a domain as a configuration file for a real xl",
} as const;

const exportCommand = (target: keyof typeof WRITERS): AnyCommand => {
  const usage = `export ${target} ${optionUsage(DOMAIN_OPTION)}`;
  return lookingVerb({
    name: ["export", target],
    summary: SUMMARY[target],
    usage,
    parse: (argv) => parseOptions(argv, DOMAIN_OPTION, usage).map((parsed) => ({ domain: parsed.get("domain")! })),
    run: (host, { domain }) =>
      findDomain(host, domain).match((record) => done(WRITERS[target](host, record)), noSuchObject),
  });
};

export const exportCommands: readonly AnyCommand[] = [
  exportCommand("qemu"),
  exportCommand("libvirt"),
  exportCommand("xl"),
];
