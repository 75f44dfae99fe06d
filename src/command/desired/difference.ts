/** What is different between the wanted state and a host, object by object, field by field. */

export interface FieldDifference {
  readonly field: string;
  /** As it is now; undefined where it is not there. */
  readonly actual: string | undefined;
  /** Undefined: it is to go. */
  readonly wanted: string | undefined;
}

export interface ObjectDifference {
  readonly kind: "namespace" | "xen" | "frames" | "domain";
  /** As the file calls it, or would. */
  readonly name: string;
  readonly change: "make" | "change" | "remove";
  /** Where the file declares it; undefined for what it does not name. */
  readonly line: number | undefined;
  /** `namespace1.0`, where there is one now. */
  readonly device: string | undefined;
  readonly fields: readonly FieldDifference[];
}

/** The field, if the file says something of it and the host has it otherwise. */
export const field = (name: string, actual: string | undefined, wanted: string | undefined): FieldDifference[] =>
  wanted === undefined || actual === wanted ? [] : [{ field: name, actual, wanted }];

export const fieldText = ({ field, actual, wanted }: FieldDifference): string =>
  `${field} ${actual ?? "none"} → ${wanted ?? "none"}`;

/** `mode raw → fsdax, size 4G → 8G`. */
export const fieldsText = (fields: readonly FieldDifference[]): string => fields.map(fieldText).join(", ");

/** What is to be made has no values yet: `mode fsdax, size 16G`. */
export const wishText = (fields: readonly FieldDifference[]): string =>
  fields.map(({ field, wanted }) => `${field} ${wanted}`).join(", ");
