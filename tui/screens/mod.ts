/** The screens, by name, in the order of the tabs. */
import { type ScreenName } from "../model.ts";
import { type Screen } from "../scene.ts";
import { domains } from "./domains.ts";
import { ept } from "./ept.ts";
import { history } from "./history.ts";
import { hypercalls } from "./hypercalls.ts";
import { namespaces } from "./namespaces.ts";
import { nfit } from "./nfit.ts";
import { overview } from "./overview.ts";
import { regions } from "./regions.ts";

export const SCREENS: Readonly<Record<ScreenName, Screen>> = {
  overview,
  namespaces,
  regions,
  domains,
  nfit,
  ept,
  hypercalls,
  history,
};
