/** Address range types of SPA ranges (ACPI 6.5 §5.2.25.2; Linux `include/acpi/acuuid.h`, `nfit_spa_type`). */

export const RANGE_TYPE = {
  volatile: "7305944f-fdda-44e3-b16c-3f22d252e5d0",
  pmem: "66f0d379-b4f3-4074-ac43-0d3318b78cdb",
  controlRegion: "92f701f6-13b4-405d-910b-299367e8234c",
  blockWindow: "91af0530-5d86-470e-a6b0-0a2db9408249",
  volatileDisk: "77ab535a-45fc-624b-5560-f7b281d1f96e",
  volatileCd: "3d5abd30-4175-87ce-6d64-d2ade523c4bb",
  persistentDisk: "5cea02c9-4d07-69d3-269f-4496fbe096f9",
  persistentCd: "08018188-42cd-bb48-100f-5387d53ded3d",
} as const;

export type RangeType = keyof typeof RANGE_TYPE;

/** The specification's name of each type, by GUID. */
export const RANGE_TYPE_TITLES: Readonly<Record<string, string>> = {
  [RANGE_TYPE.volatile]: "volatile memory region",
  [RANGE_TYPE.pmem]: "byte-addressable persistent memory region",
  [RANGE_TYPE.controlRegion]: "NVDIMM control region",
  [RANGE_TYPE.blockWindow]: "NVDIMM block data window region",
  [RANGE_TYPE.volatileDisk]: "RAM disk, virtual disk, volatile",
  [RANGE_TYPE.volatileCd]: "RAM disk, virtual CD, volatile",
  [RANGE_TYPE.persistentDisk]: "RAM disk, virtual disk, persistent",
  [RANGE_TYPE.persistentCd]: "RAM disk, virtual CD, persistent",
};

const BY_GUID = new Map(Object.entries(RANGE_TYPE).map(([type, guid]) => [guid as string, type as RangeType]));

/** The type a GUID names; undefined for one the specification does not know. */
export const rangeTypeOf = (guid: string): RangeType | undefined => BY_GUID.get(guid);

/** Linux allows SPA range index 0 for these only (`nfit_spa_is_virtual`). */
export const isVirtualDisk = (type: RangeType | undefined): boolean =>
  type === "volatileDisk" || type === "volatileCd" || type === "persistentDisk" || type === "persistentCd";
