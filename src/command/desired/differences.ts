/** The wanted state beside a host: every object that is different. */
import { type Fork } from "../../host/mod.ts";
import { type ObjectDifference } from "./difference.ts";
import { domainDifferences } from "./domain_difference.ts";
import { namespaceDifferences } from "./namespace_difference.ts";
import { NamespacesNow } from "./namespaces_now.ts";
import { framesDifferences, setupDifferences } from "./setup_difference.ts";
import { type Wanted } from "./wanted.ts";

export function differencesOf(wanted: Wanted, fork: Fork): ObjectDifference[] {
  const now = new NamespacesNow(fork);
  return [
    ...namespaceDifferences(wanted, now),
    ...setupDifferences(wanted, now),
    ...framesDifferences(wanted, fork),
    ...domainDifferences(wanted, fork),
  ];
}
