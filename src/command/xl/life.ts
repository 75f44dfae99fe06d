/** Verbs of a domain's life: destroy, shutdown, reboot, pause, unpause, rename; names and numbers (`xl_vmcontrol.c`). */
import { type Fork } from "../../host/mod.ts";
import { type Ending } from "../../toolstack/mod.ts";
import { failureText } from "./create.ts";
import { findDomain, nameTaken, notThere } from "./domains.ts";
import { type XlArguments } from "./getopt.ts";
import { NO_OPTIONS, refused, said, type XlVerb } from "./verb.ts";

/** ERROR_DOMAIN_NOTFOUND of libxl, as xl prints it. */
const NOT_FOUND = -21;

export const destroy: XlVerb = {
  name: "destroy",
  summary: "Terminate a domain immediately",
  usage: "[options] <Domain>\n",
  options: ["-f   allow domain 0, which can only work from a toolstack in another domain"],
  effect: "writes",
  syntax: { short: "f", long: {} },
  required: 1,
  run(host, { operands, flags }) {
    const domid = findDomain(host, operands[0]!);
    if (domid.isErr()) return domid.error;
    if (domid.value === 0 && !flags.has("f")) {
      return refused(
        "Not destroying domain 0; use -f to force.\n" +
          "This can only be done when using a disaggregated hardware domain and toolstack.\n\n",
      );
    }
    return host.toolstack.destroy(domid.value).match(
      () => said(""),
      () => refused(`${notThere(domid.value)}destroy failed (rc=${NOT_FOUND})\n`),
    );
  },
};

function stopping(name: "shutdown" | "reboot"): XlVerb {
  const [doing, reason] = name === "shutdown"
    ? ["Shutting down", "poweroff"] as const
    : ["Rebooting", "reboot"] as const;
  return {
    name,
    summary: name === "shutdown" ? "Issue a shutdown signal to a domain" : "Issue a reboot signal to a domain",
    usage: "[options] <-a|Domain>",
    options: [
      "-a, --all    every guest",
      "-F           send an ACPI event to guests without PV drivers",
      "-w, --wait   wait until they have stopped (they do so at once here)",
    ],
    effect: "writes",
    syntax: { short: "aFw", long: { all: "a", wait: "w" } },
    required: 0,
    run(host, args) {
      const domids = chosen(host, args);
      if (!Array.isArray(domids)) return domids;
      let err = "";
      for (const domid of domids) {
        err += `${doing} domain ${domid}\n`;
        if (domid === 0) continue; // It hears, and stays: `host shutdown` ends the machine.
        const ended = host.toolstack.stop(domid, reason);
        if (ended.isErr()) return refused(err + unstopped(name, domid, ended.error.kind));
        err += endingText(ended.value);
      }
      return said("", undefined, err);
    },
  };
}

/** libxl's ERROR_FAIL, where the kind of domain cannot be told, and ERROR_TIMEDOUT. */
const unstopped = (name: string, domid: number, kind: "no-domain" | "unheard"): string =>
  kind === "no-domain"
    ? `libxl: error: libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid=${domid}\n` +
      `${name} failed (rc=-3)\n`
    : "libxl: error: libxl_domain.c:854:pvcontrol_cb: guest didn't acknowledge control request: -9\n" +
      `${name} failed (rc=-9)\n`;

export const shutdown = stopping("shutdown");
export const reboot = stopping("reboot");

function chosen(host: Fork, { flags, operands }: XlArguments): number[] | ReturnType<typeof refused> {
  if (flags.has("a")) return host.toolstack.records().map(({ domid }) => domid);
  if (operands.length === 0) return refused("You must specify -a or a domain id.\n\n");
  return findDomain(host, operands[0]!).match((domid) => [domid], (fault) => fault as never);
}

/** xl's daemon writes this to its log; a restart that failed is worth saying at once. */
const endingText = ({ name, failure }: Ending): string =>
  failure ? `${name} was not started again:\n${failureText(failure)}` : "";

function pausing(name: "pause" | "unpause", summary: string): XlVerb {
  return {
    name,
    summary,
    usage: "<Domain>",
    effect: "writes",
    syntax: NO_OPTIONS,
    required: 1,
    run(host, { operands }) {
      return findDomain(host, operands[0]!).match((domid) => {
        host.toolstack[name](domid);
        return said("");
      }, (fault) => fault);
    },
  };
}

export const pause = pausing("pause", "Pause execution of a domain");
export const unpause = pausing("unpause", "Unpause a paused domain");

export const rename: XlVerb = {
  name: "rename",
  summary: "Rename a domain",
  usage: "<Domain> <NewDomainName>",
  effect: "writes",
  syntax: NO_OPTIONS,
  required: 2,
  run(host, { operands }) {
    const [old, name] = operands as [string, string];
    const domid = findDomain(host, old);
    if (domid.isErr()) return domid.error;
    return host.toolstack.rename(domid.value, name).match(
      () => said(""),
      (fault) =>
        refused(`${fault.kind === "taken" ? nameTaken(domid.value, name) : ""}Can't rename domain '${old}'.\n`),
    );
  },
};

export const domid: XlVerb = {
  name: "domid",
  summary: "Convert a domain name to domain id",
  usage: "<DomainName>",
  effect: "reads",
  syntax: NO_OPTIONS,
  required: 1,
  run(host, { operands }) {
    const name = operands[0]!;
    const found = /^[0-9]*$/.test(name) ? undefined : host.toolstack.domidOf(name);
    if (found !== undefined) return said(`${found}\n`, found);
    return refused(`Can't get domid of domain name '${name}', maybe this domain does not exist.\n`);
  },
};

export const domname: XlVerb = {
  name: "domname",
  summary: "Convert a domain id to domain name",
  usage: "<DomainId>",
  effect: "reads",
  syntax: NO_OPTIONS,
  required: 1,
  run(host, { operands }) {
    const digits = /^\s*([+-]?[0-9]+)/.exec(operands[0]!)?.[1];
    if (digits === undefined) return refused("Invalid domain id.\n\n");
    const domid = domidOf(BigInt(digits.replace("+", "")));
    const name = host.toolstack.nameOf(domid);
    if (name !== undefined) return said(`${name}\n`, name);
    return refused(`Can't get domain name of domain id '${operands[0]}', maybe this domain does not exist.\n`);
  },
};

/** What strtol answers, cut to the 32 bits of a domain number. */
const domidOf = (value: bigint): number =>
  Number(BigInt.asUintN(32, value > LONG_MAX ? LONG_MAX : value < -LONG_MAX - 1n ? -LONG_MAX - 1n : value));
const LONG_MAX = 2n ** 63n - 1n;
