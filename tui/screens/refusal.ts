/** A screen that has nothing to show: why, and what to try. */
import type { Explanation } from "../../src/command/language/console_host.ts";
import { type Theme } from "../theme.ts";
import { EMPTY, fill, type Line, line, span } from "../text/line.ts";
import { wrapped } from "../text/width.ts";
import { rule } from "../widgets/rule.ts";
import { sentence } from "./parts.ts";

interface Place {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export const refusal = (why: Explanation, { title, width, height, theme }: Place): Line[] =>
  fill([
    rule([title], width, theme),
    EMPTY,
    ...wrapped(sentence(why.what), width - 6).map((text) => line(span(`   ${text}`, "strong"))),
    EMPTY,
    ...wrapped(sentence(why.hint), width - 6).map((text) => line(span(`   ${text}`, "muted"))),
  ], height);
