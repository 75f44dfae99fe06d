/** The xl vocabulary: its verbs, and `xl` itself with its global options and help (Xen 4.17 `tools/xl/xl.c`). */
import { err, ok, type Result } from "neverthrow";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { create } from "./create.ts";
import { type XlArguments } from "./getopt.ts";
import { dmesg, info } from "./info.ts";
import { destroy, domid, domname, pause, reboot, rename, shutdown, unpause } from "./life.ts";
import { list, vmList } from "./list.ts";
import { pmemList, pmemRelease, pmemSetup } from "./pmem.ts";
import { commandOf, effectOf, helpOf, parseVerb, said, type XlVerb } from "./verb.ts";
import { vnvdimmAttach, vnvdimmDetach, vnvdimmList } from "./vnvdimm.ts";
import { xenstoreLs } from "./xenstore_ls.ts";
import { uptime } from "./uptime.ts";
import { vcpuList } from "./vcpu_list.ts";

/** In the order of xl's own table; ours behind it. */
export const VERBS: readonly XlVerb[] = [
  create,
  list,
  destroy,
  shutdown,
  reboot,
  pause,
  unpause,
  vcpuList,
  vmList,
  info,
  domid,
  domname,
  rename,
  dmesg,
  uptime,
  pmemList,
  pmemSetup,
  pmemRelease,
  vnvdimmAttach,
  vnvdimmDetach,
  vnvdimmList,
];

/** Verbs of Xen 4.17's xl that nothing here answers. Their beginnings are theirs all the same. */
const NOT_MODELED = `
  config-update pci-attach pci-detach pci-list pci-assignable-add pci-assignable-remove pci-assignable-list console vncviewer
  save migrate restore migrate-receive dump-core cd-insert cd-eject mem-max mem-set button-press vcpu-pin vcpu-set sharing
  sched-credit sched-credit2 sched-rtds trigger sysrq debug-keys set-parameters top network-attach network-list
  network-detach channel-list block-attach block-list block-detach vtpm-attach vtpm-list vtpm-detach vkb-attach vkb-list
  vkb-detach vdispl-attach vdispl-list vdispl-detach vsnd-attach vsnd-list vsnd-detach claims cpupool-create cpupool-list
  cpupool-destroy cpupool-rename cpupool-cpu-add cpupool-cpu-remove cpupool-migrate cpupool-numa-split getenforce setenforce
  loadpolicy remus devd psr-hwinfo psr-cmt-attach psr-cmt-detach psr-cmt-show psr-cat-set psr-cat-show psr-mba-set
  psr-mba-show usbctrl-attach usbctrl-detach usbdev-attach usbdev-detach usb-list qemu-monitor-command
`.trim().split(/\s+/);

/** A verb by its name, or by a beginning that only one of xl's has. */
function verbNamed(text: string): XlVerb | undefined {
  const exact = VERBS.find(({ name }) => name === text);
  const matching = VERBS.filter(({ name }) => name.startsWith(text));
  const alone = matching.length === 1 && !NOT_MODELED.some((name) => name.startsWith(text));
  return exact ?? (alone ? matching[0] : undefined);
}

const overview = (): string =>
  "Usage xl [-vfNtT] <subcommand> [args]\n\nxl full list of subcommands:\n\n" +
  VERBS.map(({ name, summary }) => ` ${name.padEnd(19)} ${summary}\n`).join("");

/** One of the verbs with its arguments, or a page of help. */
type Resolved = { readonly verb: XlVerb; readonly args: XlArguments } | { readonly page: string };

/** `xl` with global options, shortened verbs, help: whatever is no plain `xl VERB`. */
const xl: AnyCommand = declare<Resolved>({
  kind: "host",
  vocabulary: "xl",
  name: ["xl"],
  summary: "Manage Xen guest domains",
  usage: "[-vfNtT] <subcommand> [args]",
  effect: (resolved) => "page" in resolved ? "reads" : effectOf(resolved.verb, resolved.args),
  parse: resolve,
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, resolved, context) {
    return "page" in resolved ? said(resolved.page) : resolved.verb.run(host, resolved.args, context);
  },
});

const fault = (text: string, out = ""): Result<never, UsageFault> => err({ err: text, out, status: 1 });

function resolve(argv: readonly string[]): Result<Resolved, UsageFault> {
  let at = 0;
  let dryRun = false;
  for (; at < argv.length && /^-./.test(argv[at]!); at++) {
    if (argv[at] === "--") {
      at++;
      break;
    }
    if (!/^-[vftTN]+$/.test(argv[at]!)) return fault("unknown global option\n");
    dryRun ||= argv[at]!.includes("N");
  }
  const [name, ...rest] = argv.slice(at);
  if (name === undefined) return fault("", overview());
  const verb = verbNamed(name);
  if (verb) {
    if (dryRun && !verb.canDryRun) return fault("command does not implement -N (dryrun) option\n");
    return parseVerb(verb, rest, dryRun).map((args) => ({ verb, args }));
  }
  if (name !== "help") return fault("command not implemented\n");
  const [topic = "help"] = rest;
  const described = verbNamed(topic);
  return ok({
    page: topic === "help" ? overview() : described ? helpOf(described) : `command "${topic}" not implemented\n`,
  });
}

export const xlCommands: readonly AnyCommand[] = [xl, ...VERBS.map(commandOf), xenstoreLs];
