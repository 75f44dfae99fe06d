/** The NVDIMM devices that a guest's SSDTs declare, as its ACPI namespace has them (ACPI 6.5 §9.19; reference/nfit.md 7). */
import { allObjects, type AmlObject, decodeAml, objectTree } from "../acpi/mod.ts";

export interface AcpiDevices {
  /** Methods of the root device. */
  readonly root: ReadonlySet<string>;
  /** Children by `_ADR`, with their methods. */
  readonly children: ReadonlyMap<number, ReadonlySet<string>>;
  /** The guest-physical address that firmware patched into MEMA: the page for `_DSM`. Undefined where there is none. */
  readonly page: number | undefined;
}

const ROOT_HID = "ACPI0012";

/** Undefined where no table declares an NVDIMM root device: then no driver looks at the NFIT. */
export function acpiDevices(ssdts: readonly Uint8Array[]): AcpiDevices | undefined {
  const objects = ssdts.flatMap((ssdt) =>
    decodeAml(ssdt).map(({ terms }) => [...allObjects(objectTree(terms))]).unwrapOr([])
  );
  const root = objects.find((object) => object.kind === "device" && textOf(object, "_HID") === ROOT_HID);
  if (!root) return undefined;
  const children = new Map<number, ReadonlySet<string>>();
  for (const child of root.children) {
    const address = child.kind === "device" ? integerOf(child.children, "_ADR") : undefined;
    if (address !== undefined) children.set(address, methodsOf(child));
  }
  const page = integerOf(objects, "MEMA");
  return { root: methodsOf(root), children, page: page === 0 ? undefined : page };
}

const methodsOf = ({ children }: AmlObject): ReadonlySet<string> =>
  new Set(children.filter(({ kind }) => kind === "method").map(({ name }) => name));

function textOf({ children }: AmlObject, name: string): string | undefined {
  const value = children.find((object) => object.name === name)?.value;
  return value?.kind === "string" ? value.text : undefined;
}

function integerOf(objects: readonly AmlObject[], name: string): number | undefined {
  const value = objects.find((object) => object.name === name)?.value;
  return value?.kind === "integer" ? Number(value.value) : undefined;
}
