/** The part of the help page that no key table holds: what signs, states and fills mean, and how to change the looks. */
import type { StateWord } from "../../src/command/language/console_host.ts";
import { FILLS } from "../screens/parts.ts";
import { THEME_NAMES } from "../theme.ts";

/** A heading and its rows: the term, and what it means. */
export interface Glossary {
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
}

const STATES: Readonly<Record<StateWord, string>> = {
  free: "Nobody uses it",
  xen: "Handed to Xen, no guest has it yet",
  assigned: "A running guest has it",
  reserved: "Kept for a guest that is off, or that was started without it",
  mounted: "dom0 has a filesystem of it mounted",
  active: "In use by dom0's kernel",
  disabled: "dom0's driver does not drive it",
  broken: "Its labels or info block do not hold together",
};

export const GLOSSARIES: readonly Glossary[] = [
  {
    title: "First row",
    rows: [
      ["● ▲ ✗", "Healthy, or how many findings there are; the overview lists them with what to try"],
      ["rw  ro", "Whether this console may change the host (--read-only)"],
      ["#41", "The newest entry of the journal (8); every change makes one"],
    ],
  },
  { title: "States", rows: Object.entries(STATES) },
  {
    title: "Pictures",
    rows: [
      ...(["fsdax", "devdax", "sector", "raw", "free"] as const).map((mode) =>
        [
          FILLS[mode].repeat(3),
          mode === "free" ? "Capacity that is not carved" : `A namespace in ${mode} mode`,
        ] as const
      ),
      [FILLS.new.repeat(3), "What a rehearsal would add"],
    ],
  },
  {
    title: "Changes",
    rows: [["+  -  ~", "Made, gone, changed"], [
      "$",
      "The command line that this view or action is; it can be scripted as it stands",
    ]],
  },
  {
    title: "Mouse",
    rows: [["press", "A tab, or a row of the list"], ["wheel", "Three rows up or down"]],
  },
  {
    title: "Looks",
    rows: [
      ["NVDECK_THEME", `One of ${THEME_NAMES.join(", ")}`],
      ["NO_COLOR", "No colour; nothing here is said by colour alone"],
    ],
  },
];
