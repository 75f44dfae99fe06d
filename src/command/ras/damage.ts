/**
 * `host damage`: makes persistent memory go bad, as wear does, and has the processor report it, so that what model section 6
 * says of such errors can be rehearsed.
 */
import { err, ok, type Result } from "neverthrow";
import { type Json, prettyJson } from "../../base/json.ts";
import { type Spa } from "../../abi/address.ts";
import { alignDown, alignUp } from "../../base/quantity.ts";
import { contains, lengthOf, type Range, range } from "../../base/range.ts";
import { hex, MiB, PAGE_SIZE, parseInteger, parseSize } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { explainCreate } from "../../toolstack/mod.ts";
import { type MachineCheckReport } from "../../xen/mod.ts";
import { type AnyCommand, declare, done, type Outcome, type UsageFault } from "../language/command.ts";
import { JSON_OPTION } from "../ept/domain_verb.ts";
import { EXIT } from "../language/exit_codes.ts";
import { optionUsage, parseOptions, usageFault } from "../language/options.ts";
import { findDomain } from "../tables/domain.ts";
import { noSuchObject, refusal } from "../tables/verb.ts";
import { storedDimms } from "../tables/stored_dimms.ts";
import { tellError } from "./error_text.ts";
import { placeOf } from "./pmem_place.ts";

const OPTIONS = {
  spa: { value: "A", help: "host address" },
  domain: { value: "DOMAIN", help: "with --gpa: a running domain, by name or domid" },
  gpa: { value: "A", help: "guest-physical address, instead of --spa" },
  length: { value: "SIZE", help: "bytes that go bad; one unit of the medium unless given" },
  ...JSON_OPTION,
} as const;
const USAGE = `host damage ${optionUsage(OPTIONS)}`;

/** Every frame is a machine check of its own: more of them at once no machine survives. */
const MOST_BYTES = MiB;

interface Damage {
  readonly where: { readonly spa: number } | { readonly domain: string; readonly gpa: number };
  readonly length: number;
  readonly json: boolean;
}

export const hostDamage: AnyCommand = declare<Damage>({
  kind: "host",
  vocabulary: "nvdeck",
  name: ["host", "damage"],
  summary: "Make persistent memory go bad, and let the processor report it",
  usage: USAGE,
  help:
    "What an uncorrectable error does: Xen marks the frames broken, their owner gets a virtual machine check, and\n" +
    "the way out is printed. Errors last until firmware clears them.",
  effect: "destroys",
  parse(argv) {
    return parseOptions(argv, OPTIONS, USAGE).andThen((parsed): Result<Damage, UsageFault> => {
      const [spa, gpa, domain] = [parsed.get("spa"), parsed.get("gpa"), parsed.get("domain")];
      const inGuest = gpa !== undefined && domain !== undefined;
      if ((spa === undefined) !== inGuest || (gpa === undefined) !== (domain === undefined)) {
        return err(usageFault("either --spa, or --domain and --gpa", USAGE));
      }
      const address = parseInteger(spa ?? gpa!);
      if (address === undefined) return err(usageFault(`"${spa ?? gpa}" is no address`, USAGE));
      const size = parsed.get("length");
      const length = size === undefined ? 1 : parseSize(size);
      if (length === undefined || length < 1 || length > MOST_BYTES) {
        return err(usageFault(`--length takes 1 byte to 1 MiB, not "${size}"`, USAGE));
      }
      const where = inGuest ? { domain: domain!, gpa: address } : { spa: address };
      return ok({ where, length, json: parsed.has("json") });
    });
  },
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, { where, length, json }, context) {
    const start = "spa" in where ? ok(where.spa) : machineAddress(host, where.domain, where.gpa);
    if (start.isErr()) return start.error;
    const unit = host.machine.facts.root.clearErrorUnit;
    const bad = { start: alignDown(start.value, unit), end: alignUp(start.value + length, unit) };
    return isPmem(host, bad) ? damage(host, bad, json || context.json) : noPmem(host, bad);
  },
});

function machineAddress(host: Fork, domain: string, gpa: number): Result<number, Outcome> {
  return findDomain(host, domain).mapErr(noSuchObject).andThen(({ domid, name }) => {
    for (const run of host.xen.mappings(domid)) {
      if (run.gpa <= gpa && gpa < run.gpa + run.length) return ok(run.mpa + (gpa - run.gpa));
    }
    const hint = `guest show --domain ${name} lists what it has`;
    return err(refusal(EXIT.noSuchObject, `nothing is mapped at gpa ${hex(gpa)} of ${name}`, hint));
  });
}

/** Inside one region. */
const isPmem = (host: Fork, bad: Range): boolean =>
  storedDimms(host).regions().some(({ start, size }) => contains(range(start, size), bad));

function noPmem(host: Fork, { start, end }: Range): Outcome {
  const regions = storedDimms(host).regions().map(({ name, start, size }) =>
    `${name} ${hex(start)} - ${hex(start + size)}`
  );
  return refusal(
    EXIT.noSuchObject,
    `${hex(start)} - ${hex(end)} is not in one region of persistent memory`,
    regions.length === 0 ? "this host has no regions" : regions.join("; "),
  );
}

function damage(host: Fork, bad: Range, json: boolean): Outcome {
  const place = placeOf(host, bad.start);
  // What stood there is gone now; until the error is cleared nobody can see that.
  host.machine.store(bad.start as Spa, new Uint8Array(lengthOf(bad)), "lost to an uncorrectable error");
  host.machine.damage({ start: bad.start, length: lengthOf(bad) });
  const checks = framesOf(bad).map((spa) => ({ spa, report: host.xen.machineCheck(spa) }));
  const [first] = checks;
  const owner = first!.report.domid === undefined ? undefined : host.toolstack.nameOf(first!.report.domid);
  host.recorder.loss({
    object: `${place?.namespace ?? place?.region ?? "pmem"} at ${hex(bad.start)}`,
    owner,
    bytes: lengthOf(bad),
    identity: `spa ${hex(bad.start)}-${hex(bad.end)}`,
  });
  const endings = checks.flatMap(({ report }) => deliver(host, report));
  const told = tellError(host, first!.spa, first!.report, owner);
  const others = checks.slice(1).map(({ report }) => otherFrame(report));
  const text = [`${lengthOf(bad)} bytes from ${hex(bad.start)} are bad`, ...told.lines, ...others, ...endings];
  const value: Json = {
    start: bad.start,
    length: lengthOf(bad),
    ...told.value,
    frames: checks.map(({ report }) => ({
      mfn: report.mfn,
      domid: report.domid ?? null,
      gpa: report.gpa ?? null,
      outcome: report.outcome,
    })),
  };
  return done(json ? `${prettyJson(value)}\n` : `${text.join("\n")}\n`, "", value);
}

/** The first bad address of every frame. */
function framesOf({ start, end }: Range): number[] {
  const frames = [start];
  for (let at = alignDown(start, PAGE_SIZE) + PAGE_SIZE; at < end; at += PAGE_SIZE) frames.push(at);
  return frames;
}

const otherFrame = ({ mfn, gpa, outcome }: MachineCheckReport): string =>
  `also mfn ${hex(mfn)}${gpa === undefined ? "" : `, gpa ${hex(gpa)}`}: ${outcome}`;

/** The guest hears of it, or ends: then the toolstack acts on that as the guest's configuration says. What is worth saying. */
function deliver(host: Fork, { domid, gpa, outcome }: MachineCheckReport): string[] {
  if (domid === undefined || (outcome !== "vmce" && outcome !== "crashed")) return [];
  const domain = host.toolstack.nameOf(domid) ?? String(domid);
  host.recorder.step({ kind: "domain", what: `machine check at gpa ${hex(gpa!)}`, domain });
  if (outcome === "vmce") return [];
  return host.toolstack.reap(domid).match(({ name, action, failure }) => [
    `on_crash = "${action.replaceAll("_", "-")}" of ${name} is carried out`,
    ...(failure ? [`${name} was not started again: ${explainCreate(failure.fault).what}`] : []),
  ], () => []);
}
