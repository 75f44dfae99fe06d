/** The NVDIMM devices that an SSDT declares, as an operating system's ACPI namespace has them. */
import { allObjects, type AmlObject, decodeAml, objectTree } from "../acpi/mod.ts";

export interface AcpiDevices {
  /** The root device (ACPI0012) has these methods. */
  readonly root: ReadonlySet<string>;
  /** Children by `_ADR`, with their methods. */
  readonly children: ReadonlyMap<number, ReadonlySet<string>>;
  /** What the firmware patched into MEMA: the page for `_DSM`. Undefined where nothing names one. */
  readonly page: number | undefined;
}

/** Undefined where the table declares no NVDIMM root device. */
export function acpiDevices(ssdt: Uint8Array): AcpiDevices | undefined {
  const decoded = decodeAml(ssdt);
  if (decoded.isErr()) return undefined;
  const objects = allObjects(objectTree(decoded.value.terms));
  const root = objects.find((object) =>
    object.kind === "device" &&
    object.children.some(({ name, value }) => name === "_HID" && value?.kind === "string" && value.text === "ACPI0012")
  );
  if (!root) return undefined;
  const children = new Map<number, ReadonlySet<string>>();
  for (const child of root.children.filter(({ kind }) => kind === "device")) {
    const address = child.children.find(({ name }) => name === "_ADR")?.value;
    if (address?.kind === "integer") children.set(Number(address.value), methodsOf(child));
  }
  const page = objects.find(({ name }) => name === "MEMA")?.value;
  return {
    root: methodsOf(root),
    children,
    page: page?.kind === "integer" && page.value !== 0n ? Number(page.value) : undefined,
  };
}

const methodsOf = (object: AmlObject): ReadonlySet<string> =>
  new Set(object.children.filter(({ kind }) => kind === "method").map(({ name }) => name));
