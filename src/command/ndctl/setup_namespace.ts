/**
 * Setting a namespace up, store by store, until it is enabled in its mode. Source: ndctl `ndctl/namespace.c`
 * setup_namespace, check_dax_align.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno, strerror } from "../../abi/errno.ts";
import { prettyJson } from "../../base/json.ts";
import { hex, MiB } from "../../base/units.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { type Parameters } from "./create_checks.ts";
import { PLAIN } from "./json_flags.ts";
import { enableNamespace, enablePersonality } from "./namespace_actions.ts";
import { namespaceJson } from "./namespace_json.ts";
import { type Talk } from "./talk.ts";

const COMMAND = "create namespace";
/** ndctl wants namespaces with page maps to start on this, whatever the kernel would accept. */
const DAX_START = 16 * MiB;
const BTT_SECTOR = 4096;
const LABEL_SECTOR_SIZES: readonly number[] = [512, 4096];
/** Words of `holder_class` and of a personality's `mode`. */
const HOLDER = { raw: "", sector: "btt", fsdax: "pfn", devdax: "dax" } as const;
const LOCATION = { mem: "ram", dev: "pmem" } as const;

export interface SetupOptions {
  readonly force: boolean;
  readonly autorecover: boolean;
  /** Whether sizes are printed for people: standard output is a terminal. */
  readonly human: boolean;
}

/** Prints the namespace when it is up. */
export function setupNamespace(
  dom0: Dom0,
  namespace: NamespaceView,
  parameters: Parameters,
  options: SetupOptions,
  talk: Talk,
): Result<void, Errno> {
  const { name } = namespace;
  const store = (device: string, op: string, attribute: string, text: string): Result<void, Errno> =>
    storedIn(dom0, device, attribute, text).mapErr((errno) => {
      talk.fault(COMMAND, `${device}: ${op} failed: ${strerror(errno)}`);
      return errno;
    });

  return storeLabel(namespace, parameters, store, talk)
    .andThen(() => {
      const uuid = dom0.newUuid();
      // Best effort: not every kernel, and no label-less namespace, keeps the class.
      dom0.store(name, "holder_class", HOLDER[parameters.mode]);
      if (parameters.mode === "raw") return up(enableNamespace(dom0, name, talk).map(() => undefined), name, talk);
      const kind = HOLDER[parameters.mode];
      const seed = dom0.region(namespace.region).seeds[kind];
      if (seed === undefined) return err<void, Errno>("ENXIO");
      if (parameters.mode === "sector") {
        return store(seed, "set_uuid", "uuid", uuid)
          .andThen(() => store(seed, "set_sector_size", "sector_size", `${parameters.sectorSize ?? BTT_SECTOR}\n`))
          .andThen(() => store(seed, "set_namespace", "namespace", name))
          .andThen(() => up(enablePersonality(dom0, seed, talk), name, talk));
      }
      if (!options.force && dom0.namespace(name)!.extent.start % DAX_START !== 0) {
        talk.error(`${name} misaligned to 16M, adjust region alignment and retry`);
        return err<void, Errno>("EINVAL");
      }
      return store(seed, "set_uuid", "uuid", uuid)
        .andThen(() => store(seed, "set_location", "mode", LOCATION[parameters.map ?? "dev"]))
        .andThen(() => store(seed, "set_align", "align", `${parameters.align}\n`))
        .andThen(() => store(seed, "set_namespace", "namespace", name))
        .andThen(() => {
          const enabled = enablePersonality(dom0, seed, talk);
          if (enabled.isErr() && options.autorecover) dom0.store(seed, "namespace", "\n");
          return up(enabled, name, talk);
        });
    })
    .map(() => {
      const flags = { ...PLAIN, dax: true, human: options.human };
      talk.print(`${prettyJson(namespaceJson(dom0, dom0.namespace(name)!, flags))}\n`);
    });
}

/** As libndctl does it, which never asks for no size: that would be to delete the namespace. */
const storedIn = (dom0: Dom0, device: string, attribute: string, text: string): Result<void, Errno> =>
  attribute === "size" && Number(text) === 0 ? err("EINVAL") : dom0.store(device, attribute, text);

type Store = (device: string, op: string, attribute: string, text: string) => Result<void, Errno>;

/** What goes into the label. */
function storeLabel(
  namespace: NamespaceView,
  { uuid, name: altName, size, sectorSize, mode }: Parameters,
  store: Store,
  talk: Talk,
): Result<void, Errno> {
  const { name, labelled } = namespace;
  const labels = !labelled ? ok<void, Errno>(undefined) : store(name, "set_uuid", "uuid", uuid)
    .andThen(() => store(name, "set_alt_name", "alt_name", altName))
    .andThen(() => store(name, "set_size", "size", `${hex(size)}\n`));
  return labels.andThen(() => {
    if (sectorSize === undefined || sectorSize === 0) return ok();
    if (labelled && LABEL_SECTOR_SIZES.includes(sectorSize)) {
      return store(name, "set_sector_size", "sector_size", `${sectorSize}\n`);
    }
    if (mode === "sector" || sectorSize === 512) return ok();
    talk.error(`${name}: sector_size: ${sectorSize} not supported`);
    return err("EINVAL");
  });
}

function up(enabled: Result<void, Errno>, name: string, talk: Talk): Result<void, Errno> {
  if (enabled.isErr()) talk.error(`${name}: failed to enable`);
  return enabled;
}
