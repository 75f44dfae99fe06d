/**
 * Whether a region can host a namespace as asked for, and with which parameters: ndctl's checks, in ndctl's order and words.
 * Source: ndctl `ndctl/namespace.c` validate_namespace_options, validate_available_capacity.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { utf8 } from "../../base/bytes.ts";
import { MiB, PAGE_SIZE } from "../../base/units.ts";
import { type Dom0, type NamespaceView, type RegionView } from "../../dom0/mod.ts";
import { BTT_SECTOR_SIZES, LABEL_NAME_SIZE } from "../../label/mod.ts";
import { type Mode, modeNamed, modeOf } from "./modes.ts";
import { type CreateRequest } from "./namespace_options.ts";
import { type ParsedSize, parseSize } from "./sizes.ts";
import { alternate, type Talk } from "./talk.ts";

/** What is to be set up. Bytes. */
export interface Parameters {
  readonly size: number;
  readonly uuid: string;
  readonly name: string;
  readonly mode: Mode;
  readonly align: number;
  /** Undefined: the namespace offers no choice. */
  readonly sectorSize: number | undefined;
  readonly map: "mem" | "dev" | undefined;
}

/** Below this the kernel puts no personality on a namespace. */
const LEAST_WITH_MODE = 16 * MiB;
const COMMAND = "create namespace";
const LABEL_SECTOR_SIZES: readonly number[] = [512, 4096];
const DEFAULT_SECTOR = 512;

/** `namespace`: the one to be configured anew. -EAGAIN: this region will not do, another may. */
export function checkCreate(
  dom0: Dom0,
  region: RegionView,
  namespace: NamespaceView | undefined,
  request: CreateRequest,
  talk: Talk,
): Result<Parameters, Errno> {
  if (!region.enabled) {
    talk.debug("validate_namespace_options:663", `${region.name}: disabled, skipping...`);
    return err("EAGAIN");
  }
  return new Checks(dom0, region, namespace, request, talk).run();
}

class Checks {
  constructor(
    private readonly dom0: Dom0,
    private readonly region: RegionView,
    private readonly namespace: NamespaceView | undefined,
    private readonly request: CreateRequest,
    private readonly talk: Talk,
  ) {}

  run(): Result<Parameters, Errno> {
    const asked = this.request.size === undefined ? undefined : parseSize(this.request.size)!;
    return this.#size(asked).andThen((size) =>
      this.#name().andThen((name) => {
        const uuid = this.request.uuid?.toLowerCase() ?? this.dom0.newUuid();
        const mode = this.request.mode === undefined
          ? (this.namespace ? modeOf(this.namespace.mode) : "raw")
          : modeNamed(this.request.mode)!;
        return this.#align(mode).andThen((align) =>
          this.#sizeAligned(size, align, asked, mode).andThen(() =>
            this.#sectorSize(mode).andThen((sectorSize) =>
              this.#map(mode).map((map) => ({ size, uuid, name, mode, align, sectorSize, map }))
            )
          )
        );
      })
    );
  }

  #size(asked: ParsedSize | undefined): Result<number, Errno> {
    const { region, namespace, dom0, talk } = this;
    let size = asked?.bytes ?? namespace?.size ?? 0;
    if (!namespace) {
      const available = region.labelled ? dom0.capacity(region.number).extent : region.size;
      if (available === 0 || size > available) {
        const numbers = `size: ${size.toString(16)} avail: ${available.toString(16)}`;
        talk.debug("validate_available_capacity:623", `${region.name}: insufficient capacity ${numbers}`);
        return err("EAGAIN");
      }
      if (size === 0) size = available;
    }
    if (!region.labelled && size !== region.size) {
      talk.error("Legacy / label-less namespaces do not support sub-dividing a region");
      talk.error("Retry without -s/--size=");
      return err("EINVAL");
    }
    return ok(size);
  }

  #name(): Result<string, Errno> {
    const name = this.request.name ?? this.namespace?.altName ?? "";
    return utf8(name).length < LABEL_NAME_SIZE
      ? ok(name)
      : this.#fault("validate_namespace_options: alt name overflow");
  }

  #align(mode: Mode): Result<number, Errno> {
    const { request, dom0, talk, namespace, region } = this;
    if (request.align !== undefined) {
      if (mode !== "fsdax" && mode !== "devdax") {
        talk.error(`${mode} mode does not support setting an alignment`);
        return err("ENXIO");
      }
      const align = parseSize(request.align)!.bytes;
      if (dom0.alignments.includes(align)) return ok(align);
      talk.error(`unsupported align: ${request.align}`);
      return err("ENXIO");
    }
    const align = this.#usualAlign(mode, namespace);
    if (region.start % align === 0) return ok(align);
    talk.debug("validate_namespace_options:834", `${region.name}: falling back to a page alignment`);
    return ok(PAGE_SIZE);
  }

  /** That of the namespace itself if its mode stays, else that of the seed. */
  #usualAlign(mode: Mode, namespace: NamespaceView | undefined): number {
    if (namespace && modeOf(namespace.mode) === mode) return this.#pfnAlign(namespace.holder);
    if (mode === "fsdax") return this.#pfnAlign(this.region.seeds.pfn);
    return mode === "devdax" ? this.#pfnAlign(this.region.seeds.dax) : PAGE_SIZE;
  }

  #pfnAlign(name: string | undefined): number {
    const device = name === undefined ? undefined : this.dom0.personality(name)?.device;
    return device && device.kind !== "btt" ? device.align : PAGE_SIZE;
  }

  #sizeAligned(size: number, align: number, asked: ParsedSize | undefined, mode: Mode): Result<void, Errno> {
    const { region, talk } = this;
    if (size % region.align !== 0) {
      return this.#fault(
        `${region.name}: align setting is ${alternate(region.align)} size ${alternate(size)} is misaligned`,
      );
    }
    const ways = Math.max(1, region.mappings.length);
    if (size % (align * ways) !== 0) {
      const unit = asked?.unit ?? 1;
      const step = Math.max(unit, align) * ways;
      const better = (Math.floor(size / step) + 1) * step / unit;
      return this.#fault(
        `'--size=' must align to interleave-width: ${ways} and alignment: ${align}\n` +
          `did you intend --size=${Math.floor(better)}${SUFFIX.get(unit) ?? ""}?`,
      );
    }
    if (size >= LEAST_WITH_MODE || mode === "raw") return ok();
    if (asked === undefined && !this.namespace) {
      talk.debug("validate_namespace_options:885", `${region.name}: insufficient capacity for mode: ${mode}`);
      return err("EAGAIN");
    }
    talk.error(`'--size=' must be >= 16MiB for '${mode}' mode`);
    return err("EINVAL");
  }

  #sectorSize(mode: Mode): Result<number | undefined, Errno> {
    const { request, region, namespace, dom0 } = this;
    if (request.sectorSize !== undefined) {
      const size = parseSize(request.sectorSize)!.bytes;
      if (mode === "sector") {
        if (region.seeds.btt === undefined) return this.#fault(`${region.name}: does not support 'sector' mode`);
        if (BTT_SECTOR_SIZES.includes(size)) return ok(size);
        return this.#fault(`${region.name}: does not support btt sector_size ${size}`);
      }
      if (region.labelled && LABEL_SECTOR_SIZES.includes(size)) return ok(size);
      return this.#fault(`${region.name}: does not support namespace sector_size ${size}`);
    }
    if (namespace) {
      const holder = namespace.holder === undefined ? undefined : dom0.personality(namespace.holder)?.device;
      return ok(holder?.kind === "btt" && mode === "sector" ? holder.lbaSize : namespace.sectorSize);
    }
    return ok(region.labelled ? DEFAULT_SECTOR : undefined);
  }

  #map(mode: Mode): Result<"mem" | "dev" | undefined, Errno> {
    const { request, namespace } = this;
    const mapped = mode === "fsdax" || mode === "devdax";
    if (request.map !== undefined) {
      if (namespace && !mapped) return this.#fault(`${namespace.name}: --map= only valid for fsdax mode namespace`);
      return ok(request.map === "mem" ? "mem" : "dev");
    }
    return ok(mapped ? "dev" : undefined);
  }

  /** A message that stands for the whole command. */
  #fault<T>(message: string): Result<T, Errno> {
    this.talk.fault(COMMAND, message);
    return err("EINVAL");
  }
}

const SUFFIX: ReadonlyMap<number, string> = new Map([
  [1024, "K"],
  [1024 ** 2, "M"],
  [1024 ** 3, "G"],
  [1024 ** 4, "T"],
]);
