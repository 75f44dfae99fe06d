/** `export qemu|libvirt|xl`: a running domain for the real tools. */
import { err, ok, type Result } from "neverthrow";
import { type Json, prettyJson } from "../../base/json.ts";
import { type Fork } from "../../host/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { type AnyCommand, done, type Outcome } from "../language/command.ts";
import { JSON_OPTION } from "../ept/domain_verb.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type OptionTable, optionUsage, type Parsed, parseOptions } from "../language/options.ts";
import { utf8 } from "../../base/bytes.ts";
import { OUTPUT_OPTION } from "../tables/bytes_out.ts";
import { DOMAIN_OPTION, findDomain } from "../tables/domain.ts";
import { writeFile } from "../tables/source.ts";
import { lookingVerb, noSuchObject, refusal } from "../tables/verb.ts";
import { libvirtText } from "./libvirt.ts";
import { limitsOf } from "./limits.ts";
import { qemuText, qemuWords } from "./qemu.ts";
import { stockBackings } from "./stock_backing.ts";
import { xlText } from "./xl.ts";

interface Exported {
  readonly text: string;
  readonly value: Json;
}

interface Export {
  readonly tool: string;
  readonly summary: string;
  readonly help: string;
  /** Switches of its own. */
  readonly switches?: OptionTable;
  write(host: Fork, record: DomainRecord, given: Parsed): Result<Exported, Outcome>;
}

const OPTIONS = {
  ...DOMAIN_OPTION,
  output: { ...OUTPUT_OPTION.output, help: "write it here instead of to standard output" },
  ...JSON_OPTION,
} as const;

interface ExportArgs {
  readonly domain: string;
  readonly output: string | undefined;
  readonly json: boolean;
  readonly parsed: Parsed;
}

function exportVerb({ tool, summary, help, switches = {}, write }: Export): AnyCommand {
  const name = ["export", tool];
  const options = { ...OPTIONS, ...switches };
  const usage = `${name.join(" ")} ${optionUsage(options)}`;
  return lookingVerb<ExportArgs>({
    name,
    summary,
    usage,
    help,
    parse: (argv) =>
      parseOptions(argv, options, usage).map((parsed) => ({
        parsed,
        domain: parsed.get("domain")!,
        output: parsed.get("output"),
        json: parsed.has("json"),
      })),
    run: (host, { domain, output, json, parsed }, context) =>
      findDomain(host, domain).mapErr(noSuchObject).andThen((record) => write(host, record, parsed)).match(
        ({ text, value }): Outcome => {
          if (output === undefined || output === "-") {
            return done(json || context.json ? `${prettyJson(value)}\n` : text, "", value);
          }
          return writeFile(context.files, output, [utf8(text)]).match(
            () => done("", `${domain} for ${tool}: written to ${output}\n`, value),
            (fault) => fault,
          );
        },
        (refused) => refused,
      ),
  });
}

const refused = ({ what, hint }: { what: string; hint: string }): Outcome => refusal(EXIT.refused, what, hint);

const qemu = exportVerb({
  tool: "qemu",
  summary: "Write a domain's memory as arguments of a stock QEMU",
  help:
    "A shell command line for KVM without Xen. Comments before it say what a stock QEMU cannot do. With --xen the line that\n" +
    "libxl started the domain's device model with: memory-backend-xen as in RFC v4, options of our own named x-….",
  switches: { xen: { help: "the device model's own command line under Xen" } },
  write: (host, record, given) => {
    const process = host.deviceModels.process(record.domid);
    if (given.has("xen")) return process ? ok(deviceModelLine(process.argv)) : err(noDeviceModel(record));
    return stockBackings(host, record).mapErr(refused).map((backings) => {
      const limits = limitsOf(record, backings);
      const argv = qemuWords(record, backings, process?.persistence);
      return { text: qemuText(argv, limits), value: { argv, limits } };
    });
  },
});

const deviceModelLine = (argv: readonly string[]): Exported => ({ text: qemuText(argv, []), value: { argv } });

const noDeviceModel = ({ name, config }: DomainRecord): Outcome =>
  refused({
    what: `${name} is ${config.type.toUpperCase()}: it has no device model`,
    hint: 'type = "hvm" in its configuration',
  });

const libvirt = exportVerb({
  tool: "libvirt",
  summary: "Write a domain as libvirt XML",
  help: "For libvirt's QEMU driver, without Xen: its Xen driver knows no NVDIMMs.",
  write: (host, record) =>
    stockBackings(host, record).mapErr(refused).andThen((backings) => {
      const shifted = backings.find(({ offset }) => offset !== 0);
      if (shifted) {
        // Without the offset the guest would be given what is dom0's and Xen's, and find its data elsewhere.
        return err(refused({
          what: `libvirt cannot leave out the start of ${shifted.path}, which is not the guest's`,
          hint: "export qemu can (QEMU 8.1 or later); a namespace with a page map in it begins with its data",
        }));
      }
      const limits = limitsOf(record, backings);
      const xml = libvirtText(record, backings, limits);
      return ok({ text: xml, value: { xml, limits } });
    }),
});

const xl = exportVerb({
  tool: "xl",
  summary: "Write a domain's configuration for a real xl",
  help: "As it was started, with its UUID; comments have the vNVDIMMs in the spelling of RFC v1 and v4.",
  write: (host, record) => {
    const config = xlText(record, stockBackings(host, record).unwrapOr(undefined));
    return ok({ text: config, value: { config } });
  },
});

export const exportCommands: readonly AnyCommand[] = [qemu, libvirt, xl];
