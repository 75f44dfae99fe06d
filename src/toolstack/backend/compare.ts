/** Whether a backend is the same memory as before, field by field (model section 5), and whether two overlap. */
import { contains, overlaps, type Range, range } from "../../base/range.ts";
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
  return placesOf(a).some((one) =>
    placesOf(b).some((other) =>
      one.container === other.container && one.ranges.some((x) => other.ranges.some((y) => overlaps(x, y)))
    )
  );
}

/** Whether `a` has every byte of `b`. */
export const covers = (a: BackendIdentity, b: BackendIdentity): boolean =>
  placesOf(a).some((one) =>
    placesOf(b).some((other) =>
      one.container === other.container && other.ranges.every((y) => one.ranges.some((x) => contains(x, y)))
    )
  );

/** What it lies in, and where in it. Bytes. */
interface Place {
  readonly container: string;
  readonly ranges: readonly Range[];
}

/** In a namespace, which may move; and in an interleave set, where another namespace may lie in its place later. */
function placesOf(identity: BackendIdentity): readonly Place[] {
  switch (identity.kind) {
    case "namespace":
      return inNamespace(identity, [range(0, identity.rawSize)]);
    case "file": {
      const { namespace, extents } = identity;
      return inNamespace(namespace, extents.map(({ offset, length }) => range(namespace.dataOffset + offset, length)));
    }
    case "frames":
      return [{ container: identity.cookie, ranges: [range(identity.offset, identity.length)] }];
  }
}

const inNamespace = (namespace: NamespaceIdentity, ranges: readonly Range[]): readonly Place[] => [
  { container: namespaceId(namespace), ranges },
  {
    container: namespace.cookie,
    ranges: ranges.map(({ start, end }) => ({ start: start + namespace.offset, end: end + namespace.offset })),
  },
];

/** Stays the same while it is the same memory, wherever its region is. */
export function backendId(identity: BackendIdentity): string {
  switch (identity.kind) {
    case "namespace":
      return namespaceId(identity);
    case "file":
      return `${namespaceId(identity.namespace)}:${identity.path}`;
    case "frames":
      return `${identity.cookie}/${identity.offset}+${identity.length}`;
  }
}

/** Id of the namespace that an identity lies in; undefined for frames. */
export const namespaceOf = (identity: BackendIdentity): string | undefined =>
  identity.kind === "namespace"
    ? namespaceId(identity)
    : identity.kind === "file"
    ? namespaceId(identity.namespace)
    : undefined;
