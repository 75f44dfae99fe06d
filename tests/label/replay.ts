/**
 * What ndctl's namespace commands do to label areas, said with the label API alone: one attribute store after the other,
 * each store one label update. The captures' label areas come out byte for byte, which is how the rule was found.
 */
import {
  ABSTRACTION,
  applyWrites,
  type AreaChange,
  deleteLabels,
  initialiseAsNdctl,
  type LabelArea,
  type LabelSpec,
  type LabelVersion,
  updateLabel,
} from "../../src/label/mod.ts";

/** A namespace as dom0's kernel holds it; `dpa` and `size` are per DIMM. Size zero: nothing allocated. */
export interface Replayed {
  uuid: string;
  name: string;
  size: number;
  lbaSize: number;
  abstraction: string;
  dpa: readonly number[];
}

/** What a create-namespace asks for. `lbaSize` undefined: the namespace offers no such sector size, nothing is stored. */
export interface Wanted {
  readonly uuid: string;
  readonly name: string;
  readonly dpa: readonly number[];
  readonly size: number;
  readonly lbaSize: number | undefined;
  readonly abstraction: string;
}

/** The DIMMs of one region, in mapping order. */
export interface ReplayedRegion {
  readonly dimms: readonly number[];
  readonly cookie: bigint;
  readonly typeGuid: string;
}

export class Replay {
  readonly areas: LabelArea[] = [];
  indexWrites = 0;

  constructor(readonly bytes: Uint8Array[]) {}

  initialise(version: LabelVersion): void {
    for (const dimm of this.bytes.keys()) {
      this.#apply(dimm, initialiseAsNdctl(this.bytes[dimm]!, version)._unsafeUnwrap());
    }
    this.indexWrites = 0;
  }

  /** uuid and alt_name while the size is still zero, then size, sector_size and holder_class. */
  create(region: ReplayedRegion, wanted: Wanted): Replayed {
    const namespace = {
      uuid: wanted.uuid,
      name: "",
      size: 0,
      lbaSize: 0,
      abstraction: ABSTRACTION.none,
      dpa: wanted.dpa,
    };
    this.store(region, namespace, {});
    this.store(region, namespace, { name: wanted.name });
    this.store(region, namespace, { size: wanted.size });
    if (wanted.lbaSize !== undefined) this.store(region, namespace, { lbaSize: wanted.lbaSize });
    this.store(region, namespace, { abstraction: wanted.abstraction });
    return namespace;
  }

  /** holder_class back to none (the info block is zeroed under it), then size zero. */
  destroy(region: ReplayedRegion, namespace: Replayed): void {
    this.store(region, namespace, { abstraction: ABSTRACTION.none });
    this.store(region, namespace, { size: 0 });
  }

  /** holder_class back to none, then every attribute of a create while the size stays. */
  reconfigure(region: ReplayedRegion, namespace: Replayed, wanted: Wanted): void {
    this.store(region, namespace, { abstraction: ABSTRACTION.none });
    this.store(region, namespace, { uuid: wanted.uuid });
    this.store(region, namespace, { name: wanted.name });
    this.store(region, namespace, { size: wanted.size });
    if (wanted.lbaSize !== undefined) this.store(region, namespace, { lbaSize: wanted.lbaSize });
    this.store(region, namespace, { abstraction: wanted.abstraction });
  }

  /** One attribute store: with capacity, two passes over the DIMMs; without, the index is rewritten once on each. */
  store(region: ReplayedRegion, namespace: Replayed, change: Partial<Replayed>): void {
    const formerUuid = namespace.uuid;
    Object.assign(namespace, change);
    if (namespace.size === 0) {
      for (const dimm of region.dimms) this.#apply(dimm, deleteLabels(this.areas[dimm]!, namespace.uuid));
      return;
    }
    for (const updating of [true, false]) {
      for (const [position, dimm] of region.dimms.entries()) {
        const spec: LabelSpec = {
          uuid: namespace.uuid,
          name: namespace.name,
          nlabel: region.dimms.length,
          position,
          isetCookie: region.cookie,
          lbaSize: namespace.lbaSize,
          dpa: namespace.dpa[position]!,
          rawSize: namespace.size,
          typeGuid: region.typeGuid,
          abstractionGuid: namespace.abstraction,
        };
        this.#apply(dimm, updateLabel(this.areas[dimm]!, spec, { updating, formerUuid })._unsafeUnwrap());
      }
    }
  }

  #apply(dimm: number, change: AreaChange): void {
    this.bytes[dimm] = applyWrites(this.bytes[dimm]!, change.writes);
    this.areas[dimm] = change.area;
    this.indexWrites += change.writes.filter((write) => write.note.startsWith("index")).length;
  }
}
