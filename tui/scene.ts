/** What a screen is: its keys, the command line it stands for, its list, and a pure view of (model, size, charts). */
import { type Binding } from "./keys.ts";
import { type Model, type ScreenName } from "./model.ts";
import { type Line } from "./text/line.ts";
import { type ListShape } from "./widgets/list.ts";

/** Capacity of one region, split by who has it. */
export interface CapacityBar {
  readonly name: string;
  readonly parts: readonly { readonly what: string; readonly bytes: number }[];
}

/** Drawn off-screen by blessed-contrib, once that is loaded; the text fallback needs nothing. */
export interface Charts {
  /** Rows of exactly `width` cells, or undefined where the size does not do. */
  capacity(bars: readonly CapacityBar[], width: number, height: number): Line[] | undefined;
}

export interface Scene {
  readonly model: Model;
  readonly width: number;
  readonly height: number;
  readonly charts: Charts | undefined;
}

export interface Screen {
  readonly name: ScreenName;
  readonly title: string;
  readonly bindings: readonly Binding[];
  /** The command line that this view is, without the prompt. */
  readonly line: (model: Model) => string;
  /** The list that motions move in; `height` is that of the screen's body. */
  readonly list: (model: Model, height: number) => ListShape;
  readonly view: (scene: Scene) => Line[];
}
