/** What an overlay is: the keys that go to it, and where and how it is drawn. */
import { type KeyContext } from "../keys.ts";
import { type Model, type Overlay } from "../model.ts";
import { type Scene } from "../scene.ts";
import { type Line } from "../text/line.ts";

/** `body`: instead of the screen; `band`: rows across its middle; `line`: instead of the command row, with rows above. */
export type Place = "body" | "band" | "line";

export type CommandRow =
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "input"; readonly row: Line };

export interface OverlayLook<O extends Overlay> {
  readonly place: Place;
  readonly keys: (model: Model) => KeyContext;
  /** Rows for the body or the band; for `line` those above the command row. */
  readonly rows: (scene: Scene, state: O) => Line[];
  /** What stands in the command row while this overlay is on top. A command is wrapped, an input is one row. */
  readonly line: (scene: Scene, state: O) => CommandRow | undefined;
}
