/** One consistent picture of the host for the console: each part is worked out when it is first asked for, then kept. */
import { err, ok, type Result } from "neverthrow";
import { dimmNamesOn, type Fork, type Host, stepsOf } from "../../host/mod.ts";
import { type Explanation, type GuestConfigView, type HostSnapshot, type TableView } from "../language/console_host.ts";
import { dimmViews, namespaceViews, regionViews } from "./dom0_views.ts";
import { domainViews } from "./domain_views.ts";
import { eptViewOf } from "./ept_view.ts";
import { findingViews } from "./finding_views.ts";
import { journalViews, stepsView, traceViews } from "./journal_views.ts";
import { namespaceDetail } from "./namespace_detail.ts";
import { rangeViews } from "./range_views.ts";
import { domainTables, hostTables } from "./tables_view.ts";

/** What the console knows besides the host. */
export interface SnapshotParts {
  readonly readOnly: boolean;
  readonly who: string;
  /** Guest configurations on the operator's disk that the assign form offers. */
  readonly guests: readonly GuestConfigView[];
}

const STORED_IN_MEMORY = ":memory:";

export function snapshotOf(host: Host, parts: SnapshotParts): HostSnapshot {
  return new Picture(host, host.fork(), parts);
}

/** Getters that work once. */
class Picture implements HostSnapshot {
  readonly #known = new Map<string, unknown>();
  readonly identity: HostSnapshot["identity"];
  readonly guests: readonly GuestConfigView[];

  constructor(private readonly host: Host, private readonly fork: Fork, private readonly parts: SnapshotParts) {
    const { facts } = fork;
    this.identity = {
      name: facts.name,
      management: facts.management,
      access: parts.readOnly ? "ro" : "rw",
      generation: host.generation,
      storage: host.path === STORED_IN_MEMORY ? "throw-away" : host.path,
      dom0: facts.dom0,
      power: fork.isOn ? "on" : "off",
    };
    this.guests = parts.guests;
  }

  get dimms(): HostSnapshot["dimms"] {
    return this.#once("dimms", () => dimmViews(this.fork));
  }
  get regions(): HostSnapshot["regions"] {
    return this.#once("regions", () => regionViews(this.fork));
  }
  get namespaces(): HostSnapshot["namespaces"] {
    return this.#once("namespaces", () => namespaceViews(this.fork));
  }
  get ranges(): HostSnapshot["ranges"] {
    return this.#once("ranges", () => rangeViews(this.fork, (domid) => this.#domainName(domid)));
  }
  get domains(): HostSnapshot["domains"] {
    return this.#once("domains", () => domainViews(this.fork));
  }
  get findings(): HostSnapshot["findings"] {
    return this.#once("findings", () => findingViews(this.fork));
  }
  get journal(): HostSnapshot["journal"] {
    return this.#once("journal", () => journalViews(this.host, this.parts.who));
  }
  get trace(): HostSnapshot["trace"] {
    return this.#once("trace", () => traceViews(this.host, (domid) => this.#domainName(domid)));
  }

  namespaceDetail(name: string): ReturnType<HostSnapshot["namespaceDetail"]> {
    return this.#once(`detail ${name}`, () => namespaceDetail(this.fork, name, this.domains));
  }

  journalSteps(sequence: number): ReturnType<HostSnapshot["journalSteps"]> {
    const entry = this.host.journal(Number.MAX_SAFE_INTEGER).find((entry) => entry.sequence === sequence);
    return entry
      ? ok(stepsView(stepsOf(entry), entry.stepCount, dimmNamesOn(this.fork)))
      : err({ what: `the journal has no entry ${sequence}`, hint: "it may be another host's" });
  }

  tables(domain: string | undefined): Result<readonly TableView[], Explanation> {
    return this.#once(
      `tables ${domain}`,
      () => domain === undefined ? ok(hostTables(this.fork)) : domainTables(this.fork, domain),
    );
  }

  ept(domain: string): ReturnType<HostSnapshot["ept"]> {
    return this.#once(`ept ${domain}`, () => eptViewOf(this.fork, domain));
  }

  #domainName(domid: number): string {
    return this.domains.find((domain) => domain.domid === domid)?.name ?? `d${domid}`;
  }

  #once<T>(key: string, make: () => T): T {
    if (!this.#known.has(key)) this.#known.set(key, make());
    return this.#known.get(key) as T;
  }
}
