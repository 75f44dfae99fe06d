/** The namespaces of a host, with what a file can ask of them. */
import { type Fork } from "../../host/mod.ts";
import { type NamespaceBacking, namespaceBackings, type SetupNow } from "../../toolstack/mod.ts";

export interface NamespaceNow {
  /** `namespace1.0`: the kernel's to give, and by the order in which it finds labels. */
  readonly device: string;
  /** What a file calls it: its label's name, or where it has none the device's. */
  readonly name: string;
  readonly backing: NamespaceBacking;
  /** Neither mode nor map nor alignment is known of one that is disabled: its info block is not read. */
  readonly active: boolean;
  readonly mode: NamespaceBacking["mode"];
  readonly map: "dev" | "mem" | undefined;
  /** Bytes, its page map included. */
  readonly size: number;
  readonly align: number | undefined;
  readonly sectorSize: number | undefined;
  /** How it was handed to Xen, if it was. */
  readonly setup: SetupNow | undefined;
}

export class NamespacesNow {
  readonly all: readonly NamespaceNow[];
  readonly #byName = new Map<string, NamespaceNow[]>();

  constructor(readonly fork: Fork) {
    this.all = namespaceBackings(fork.dom0).map((backing) => namespaceNow(fork, backing));
    for (const each of this.all) this.#byName.set(each.name, [...this.named(each.name), each]);
  }

  /** Labels may share a name; then there are several. */
  named(name: string): readonly NamespaceNow[] {
    return this.#byName.get(name) ?? [];
  }

  find(name: string): NamespaceNow | undefined {
    return this.named(name)[0];
  }

  device(name: string): NamespaceNow | undefined {
    return this.all.find(({ device }) => device === name);
  }
}

/** Whether it is a name that the kernel gives, which no label needs to hold. */
export const isDeviceName = (name: string): boolean => /^namespace[0-9]+\.[0-9]+$/.test(name);

function namespaceNow({ dom0, toolstack }: Fork, backing: NamespaceBacking): NamespaceNow {
  const { view, name, mode, map } = backing;
  const personality = view.holder === undefined ? undefined : dom0.personality(view.holder)?.device;
  const lbaSize = personality?.kind === "btt" ? personality.lbaSize : undefined;
  return {
    device: name,
    name: view.altName === "" ? name : view.altName,
    backing,
    active: view.active,
    mode,
    map,
    size: view.size,
    align: personality && personality.kind !== "btt" ? personality.align : undefined,
    sectorSize: lbaSize ?? view.sectorSize,
    setup: toolstack.setupNow(name),
  };
}
