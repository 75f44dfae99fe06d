/** What a screen is: its keys, the command line it stands for, its list, and a pure view of (model, size, charts). */
import { type Binding } from "./keys.ts";
import { type Model, type ScreenName } from "./model.ts";
import { type Line } from "./text/line.ts";
import { type ListShape } from "./widgets/list.ts";

export interface CapacityPart {
  readonly what: string;
  readonly bytes: number;
  /** Whose it is decides how it is drawn. */
  readonly role: "ok" | "accent" | "text" | "muted" | "rule";
}

/** Capacity of one region, split by who has it. */
export interface CapacityBar {
  readonly name: string;
  readonly parts: readonly CapacityPart[];
}

/** Drawn off-screen by blessed-contrib, once that is loaded; the text fallback needs nothing. */
export interface Charts {
  /** Rows of exactly the place's width, or undefined where it is too small. */
  capacity(bars: readonly CapacityBar[], unit: Unit, place: Place): Line[] | undefined;
}

/** What numbers are counted in: `GiB`, 2^30. */
export interface Unit {
  readonly name: string;
  readonly bytes: number;
}

export interface Place {
  readonly width: number;
  readonly height: number;
  /** The terminal's background is light. */
  readonly light: boolean;
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
