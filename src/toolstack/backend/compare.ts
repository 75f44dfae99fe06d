/** Whether a backend is the same memory as before, field by field (model section 5), and whether two overlap. */
import { overlaps, type Range, range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { namespaceId } from "../pmem_report.ts";
import { type BackendIdentity, type DimmPlace, type NamespaceIdentity } from "./identity.ts";

export interface FieldDifference {
  readonly field: string;
  readonly was: string;
  readonly is: string;
}

export function differences(was: BackendIdentity, is: BackendIdentity): FieldDifference[] {
  if (was.kind !== is.kind) return [{ field: "kind", was: was.kind, is: is.kind }];
  switch (was.kind) {
    case "namespace":
      return namespaceDifferences(was, is as NamespaceIdentity);
    case "file": {
      const now = is as typeof was;
      return [
        ...field("path", was.path, now.path),
        ...namespaceDifferences(was.namespace, now.namespace),
        ...field("extents", extentsText(was.extents), extentsText(now.extents)),
      ];
    }
    case "frames": {
      const now = is as typeof was;
      return [
        ...field("interleave set", was.cookie, now.cookie),
        ...field("DIMMs", was.serials.join(" "), now.serials.join(" ")),
        ...field("offset in the region", hex(was.offset), hex(now.offset)),
        ...field("length", hex(was.length), hex(now.length)),
      ];
    }
  }
}

function namespaceDifferences(was: NamespaceIdentity, is: NamespaceIdentity): FieldDifference[] {
  const labelled = was.uuid !== undefined;
  return [
    ...field("uuid", was.uuid, is.uuid),
    // A labelled namespace is found by its UUID wherever it is; one without labels is nothing but its place.
    ...(labelled ? [] : field("interleave set", was.cookie, is.cookie)),
    ...field("DIMMs and DPA", placesText(was.places), placesText(is.places)),
    ...field("offset in the region", hex(was.offset), hex(is.offset)),
    ...field("size", hex(was.rawSize), hex(is.rawSize)),
    ...field("mode", was.mode, is.mode),
    ...field("data offset", hex(was.dataOffset), hex(is.dataOffset)),
    ...field("end of data", hex(was.dataEnd), hex(is.dataEnd)),
    ...field("info block", was.infoBlockUuid, is.infoBlockUuid),
  ];
}

const field = (name: string, was = "none", is = "none"): FieldDifference[] =>
  was === is ? [] : [{ field: name, was, is }];

const placesText = (places: readonly DimmPlace[]): string =>
  places.map(({ uniqueId, dpa, size }) => `${uniqueId}@${hex(dpa)}+${hex(size)}`).join(" ");

const extentsText = (extents: readonly { readonly offset: number; readonly length: number }[]): string =>
  extents.map(({ offset, length }) => `${hex(offset)}+${hex(length)}`).join(" ");

/** `size was 0x…, is 0x…` and so on. */
export const differencesText = (list: readonly FieldDifference[]): string =>
  list.map(({ field, was, is }) => `${field} was ${was}, is ${is}`).join("; ");

/** Whether two identities share a byte. */
export function sameMemory(a: BackendIdentity, b: BackendIdentity): boolean {
  const [placeA, placeB] = [placeOf(a), placeOf(b)];
  return placeA.container === placeB.container &&
    placeA.ranges.some((one) => placeB.ranges.some((other) => overlaps(one, other)));
}

/** What it lies in, and where in it. Bytes. */
function placeOf(identity: BackendIdentity): { readonly container: string; readonly ranges: readonly Range[] } {
  switch (identity.kind) {
    case "namespace":
      return { container: namespaceId(identity), ranges: [range(0, identity.rawSize)] };
    case "file":
      return {
        container: namespaceId(identity.namespace),
        ranges: identity.extents.map(({ offset, length }) => range(identity.namespace.dataOffset + offset, length)),
      };
    case "frames":
      return { container: identity.cookie, ranges: [range(identity.offset, identity.length)] };
  }
}

/** Id of the namespace that an identity lies in; undefined for frames. */
export const namespaceOf = (identity: BackendIdentity): string | undefined =>
  identity.kind === "namespace"
    ? namespaceId(identity)
    : identity.kind === "file"
    ? namespaceId(identity.namespace)
    : undefined;
