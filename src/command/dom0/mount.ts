/** `mount`: mounting, and listing what is mounted. Source: util-linux 2.38 `sys-utils/mount.c`, `libmount/src/context_mount.c`. */
import { err, ok, type Result } from "neverthrow";
import { type Dom0Files, type FilesystemType, type Mount, type MountFault, mountOptions } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type Outcome, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { told, tryHelp } from "./tool.ts";

interface MountRequest {
  readonly type: string | undefined;
  readonly options: readonly string[];
  readonly all: boolean;
  readonly verbose: boolean;
  readonly operands: readonly string[];
}

/** Exit status: the mount failed; the command line or fstab was wrong. */
const FAILED = 32;
const WRONG = 1;

const table = {
  type: { short: "t", long: "types", argument: "required" },
  options: { short: "o", long: "options", argument: "required" },
  readOnly: { short: "r", long: "read-only" },
  readWrite: { short: "w", long: "rw" },
  all: { short: "a", long: "all" },
  verbose: { short: "v", long: "verbose" },
  labels: { short: "l", long: "show-labels" },
} as const;

function parse(argv: readonly string[]): Result<MountRequest, UsageFault> {
  return getopt(argv, table).mapErr((complaint) => tryHelp("mount", complaint)).andThen((given) => {
    if (given.operands.length > 2) return err(tryHelp("mount", "bad usage"));
    const options = given.given.flatMap(({ key, argument }) =>
      key === "options" ? [argument] : key === "readOnly" ? ["ro"] : key === "readWrite" ? ["rw"] : []
    );
    return ok({
      type: given.get("type"),
      options,
      all: given.has("all"),
      verbose: given.has("verbose"),
      operands: given.operands,
    });
  });
}

export const mount: AnyCommand = declare<MountRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["mount"],
  summary: "Mount a filesystem in dom0, or list what is mounted",
  usage: "[-t TYPE] [-o OPTIONS] DEVICE DIRECTORY | DEVICE | DIRECTORY | -a",
  help: "Files can be a guest's backend only on a filesystem that is mounted with -o dax. Any directory exists.",
  effect: ({ operands, all }) => (operands.length === 0 && !all ? "reads" : "writes"),
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, request) {
    const [first, second] = request.operands;
    if (request.all) return mountAll(files, request.verbose);
    if (first === undefined) return list(files, request.type);
    if (second !== undefined) return mountOne(files, first, second, request);
    const entry = files.fstab.find(({ spec, directory }) => spec === first || directory === first);
    if (!entry) return told(WRONG, "", `mount: ${first}: can't find in /etc/fstab.\n`);
    const options = [entry.options, ...request.options];
    return mountOne(files, entry.spec, entry.directory, { ...request, type: entry.type, options });
  },
});

function list(files: Dom0Files, type: string | undefined): Outcome {
  const mounts = files.mounts.list().filter((mount) => type === undefined || type.split(",").includes(mount.type));
  return told(0, mounts.map((mount) => `${mountText(mount)}\n`).join(""), "", mounts.map(mountJson));
}

const mountText = ({ device, directory, type, options }: Mount): string =>
  `/dev/${device} on ${directory} type ${type} (${options})`;

const mountJson = ({ device, directory, type, options, uuid }: Mount) => ({
  device: `/dev/${device}`,
  directory,
  type,
  options,
  uuid,
});

/** Lines of fstab without `noauto` that are not mounted yet. */
function mountAll(files: Dom0Files, verbose: boolean): Outcome {
  let [out, errors] = ["", ""];
  for (const { spec, directory, type, options } of files.fstab) {
    if (options.split(",").includes("noauto") || files.mounts.find(directory)) continue;
    const done = mountOne(files, spec, directory, { type, options: [options], all: true, verbose, operands: [] });
    out += done.out;
    errors += done.err;
  }
  return told(errors === "" ? 0 : FAILED, out, errors);
}

function mountOne(
  files: Dom0Files,
  spec: string,
  directory: string,
  { type, options, verbose }: MountRequest,
): Outcome {
  const device = files.deviceOf(spec);
  if (!device && /^(UUID|LABEL)=/.test(spec)) return told(WRONG, "", `mount: ${directory}: can't find ${spec}.\n`);
  const inside = files.mounts.place(directory) ? files.operations.lookup(directory) : undefined;
  if (inside?.isErr()) return refused(directory, "mount point does not exist.");
  if (inside?.isOk() && inside.value.kind === "file") return refused(directory, "mount point is not a directory.");
  if (!device) return refused(directory, `special device ${spec} does not exist.`);
  if (!isKnown(type)) return refused(directory, `unknown filesystem type '${type}'.`);
  const mounted = files.mounts.mount({
    device,
    directory,
    type: type === "auto" ? undefined : type,
    options: mountOptions(options),
  });
  return mounted.match(
    () => told(0, verbose ? `mount: /dev/${device.name} mounted on ${directory}.\n` : "", ""),
    (fault) => refused(directory, reasonOf(fault, `/dev/${device.name}`, files.mounts.ofDevice(device)?.directory)),
  );
}

const isKnown = (type: string | undefined): type is FilesystemType | "auto" | undefined =>
  type === undefined || ["ext4", "xfs", "auto"].includes(type);

function reasonOf(fault: MountFault, device: string, elsewhere: string | undefined): string {
  switch (fault.kind) {
    case "mounted":
      return `${device} already mounted on ${fault.directory}.`;
    case "busy":
      return `${device} already mounted or mount point busy.`;
    case "refused":
      return elsewhere === undefined
        ? `wrong fs type, bad option, bad superblock on ${device}, missing codepage or helper program, or other error.`
        : `${device} already mounted on ${elsewhere}.`;
  }
}

const refused = (directory: string, why: string): Outcome =>
  told(
    FAILED,
    "",
    `mount: ${directory}: ${why}\n       dmesg(1) may have more information after failed mount system call.\n`,
  );
