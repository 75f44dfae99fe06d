/** What a stage of a plan yields: command lines with the object that they are for, or the reason to stop. */
import { type Fork } from "../../host/mod.ts";
import { type NamespaceNow, NamespacesNow } from "./namespaces_now.ts";
import { type Refusal } from "./refusal.ts";
import { type Wanted } from "./wanted.ts";

export interface Step {
  readonly words: readonly string[];
  /** `namespace db`. */
  readonly object: string;
  /** Where the file declares it; undefined for what it does not name. */
  readonly line: number | undefined;
  /** What is different: `mode raw → fsdax`. */
  readonly why: string;
  /** In its place, if it should fail: tried on a copy of the host first. */
  readonly otherwise?: readonly Step[];
}

export type Yielded = Step | { readonly refusal: Refusal };

/** Each stage looks at the host as the commands so far have left it. */
export type Stage = (scene: Scene) => Generator<Yielded, void, void>;

export class Scene {
  /** Namespaces that are destroyed to be made elsewhere, by name: what the file does not say of them stays as it was. */
  readonly moving = new Map<string, NamespaceNow>();

  constructor(readonly wanted: Wanted, private readonly host: { fork(): Fork }) {}

  now(): NamespacesNow {
    return new NamespacesNow(this.fork());
  }

  fork(): Fork {
    return this.host.fork();
  }
}

type Declared = { readonly line: number; readonly name: string };

export const step = (
  kind: "namespace" | "xen" | "frames" | "domain",
  { line, name }: Declared,
  why: string,
  words: readonly string[],
): Step => ({ words, why, object: `${kind} ${name}`, line: line === 0 ? undefined : line });
