/**
 * `ndctl monitor`: a line of JSON for every event on a DIMM, until interrupted. Events are what other consoles, or the lines
 * of a script, do to the same host. Source: ndctl `ndctl/monitor.c`.
 */
import { err, ok, type Result } from "neverthrow";
import { ALARM, SMART_VALID } from "../../acpi/mod.ts";
import { textOf } from "../../base/bytes.ts";
import { compactJson, prettyJson } from "../../base/json.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { declare, type Outcome, type Progress, type Session, type UsageFault } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type Condition, conditionOf, type DimmEvent, eventJson, eventsNamed } from "./dimm_events.ts";
import { type MonitorLog, openLog } from "./monitor_log.ts";
import { decimal, errorText, flag, type OptionValues, parseOptions, text, usageFault } from "./parse_options.ts";
import { statusOf, Talk } from "./talk.ts";
import { parseFilters, walk } from "./walk.ts";

const options = {
  bus: text("b", "bus", "bus-id", "only on this bus"),
  region: text("r", "region", "region-id", "only in this region"),
  dimm: text("d", "dimm", "dimm-id", "only this DIMM"),
  namespace: text("n", "namespace", "namespace-id", "only what this namespace lies on"),
  dimmEvent: text("D", "dimm-event", "events", "only these events"),
  log: text("l", "log", "file|syslog|standard", "where events go"),
  configFile: text("c", "config-file", "file", "options from a file"),
  daemon: flag(undefined, "daemon", "run in the background"),
  human: flag("u", "human", "events over several lines"),
  verbose: flag("v", "verbose", "say more"),
  poll: decimal("p", "poll", "report the state of every DIMM each n seconds"),
} as const;
type MonitorOptions = OptionValues<typeof options>;

const USAGE = "ndctl monitor [<options>]";

/** What an unknown event's name exits with: the length of a path that was made just before, unless the file was named. */
const unknownEvent = ({ configFile }: MonitorOptions): number => configFile === undefined ? 30 : 0;
/** How often the host is looked at. */
const PERIOD_MS = 500;

export const monitor = declare<MonitorOptions>({
  kind: "session",
  vocabulary: "ndctl",
  name: ["ndctl", "monitor"],
  summary: "Report events on DIMMs, as JSON lines",
  usage: "[-D EVENT] [-d NMEM] [-r REGION] [-n NAMESPACE] [-u] [-p SECONDS] [-l FILE]",
  effect: "reads",
  parse(argv): Result<MonitorOptions, UsageFault> {
    return parseOptions(argv, options, USAGE).andThen(({ values, words }) => {
      if (words.length === 0) return ok(values);
      const messages = words.map((word) => errorText(`unknown parameter "${word}"\n`)).join("");
      return err(usageFault(USAGE, options, messages));
    });
  },
  async *run(session, given): AsyncGenerator<Progress, Outcome, void> {
    const talk = new Talk();
    if (session.policy.dryRun) {
      talk.say("nvdeck: monitor waits for what others do; there is nothing to rehearse\n");
      return talk.outcome(EXIT.usage);
    }
    const configured = withConfig(session, given, talk);
    if (!configured) return talk.outcome(statusOf("ENOENT"));
    const now = () => session.host().fork().clock.now();
    let watching = false;
    const opened = openLog({
      ...configured,
      files: session.context.files,
      now,
      print: (line) => talk.print(line),
      // Events are said when they happen, not when the command ends.
      say: (line) => watching ? session.say(line) : talk.say(line),
    });
    if (opened.isErr()) {
      talk.error(`open ${configured.log} failed`);
      return talk.outcome(statusOf("ENOENT"));
    }
    const log = opened.value;
    const chosen = eventsNamed(configured.dimmEvent);
    if ("unknown" in chosen) {
      log("error", `no dimm-event named ${chosen.unknown}\n`);
      return talk.outcome(configured.daemon ? 0 : unknownEvent(configured));
    }
    const watched = dimmsToWatch(session.host().fork().dom0, configured, log, talk);
    if (!watched) return talk.outcome(statusOf("EINVAL"));
    if (watched.length === 0) {
      log("info", "no dimms to monitor, exiting\n");
      return talk.outcome(configured.daemon ? 0 : statusOf("ENXIO"));
    }
    if (configured.daemon) {
      talk.error("there is nobody to leave a daemon with; run it without --daemon");
      return talk.outcome(1);
    }
    if (talk.err !== "") session.say(talk.err);
    watching = true;
    yield* enableAlarms(session, watched, chosen.events);
    return yield* watch(session, watched, chosen.events, configured, log);
  },
});

/** DIMMs with health functions, in the order of the walk; undefined where a filter is no good. */
function dimmsToWatch(dom0: Dom0, values: MonitorOptions, log: MonitorLog, talk: Talk): DimmView[] | undefined {
  const filters = parseFilters(values, talk);
  if (filters.isErr()) return undefined;
  const watched: DimmView[] = [];
  walk(dom0, filters.value, {
    bus: () => {},
    region: () => {},
    namespace: () => {},
    dimm(dimm) {
      if (!dom0.dimm(dimm.number).offers("smart")) return log("error", `${dimm.name}: no smart support\n`);
      const smart = dom0.dimm(dimm.number).smart()?.unwrapOr(undefined);
      const thresholds = dom0.dimm(dimm.number).offers("smart_thresh");
      if (thresholds && ((smart?.validity ?? 0) & SMART_VALID.alarms) === 0) {
        return log("error", `${dimm.name}: smart alarm invalid\n`);
      }
      watched.push(dimm);
    },
  });
  return watched;
}

/** Alarms of the events asked for that are off are turned on, as a command of its own in the journal. */
async function* enableAlarms(
  session: Session,
  dimms: readonly DimmView[],
  watched: ReadonlySet<DimmEvent>,
): AsyncGenerator<Progress, void, void> {
  const wanted = [
    ["dimm-media-temperature", ALARM.mediaTemperature, "--media-temperature-alarm=on"],
    ["dimm-controller-temperature", ALARM.controllerTemperature, "--ctrl-temperature-alarm=on"],
    ["dimm-spares-remaining", ALARM.spares, "--spares-alarm=on"],
  ] as const;
  for (const dimm of dimms) {
    const now = session.host().fork().dom0.dimm(dimm.number).smartThresholds()?.unwrapOr(undefined);
    if (!now) continue;
    const off = wanted.filter(([event, bit]) => watched.has(event) && (now.alarmControl & bit) === 0);
    if (off.length > 0) yield* session.execute(["ndctl", "inject-smart", dimm.name, ...off.map(([, , word]) => word)]);
  }
}

async function* watch(
  session: Session,
  dimms: readonly DimmView[],
  watched: ReadonlySet<DimmEvent>,
  { human, poll }: MonitorOptions,
  log: MonitorLog,
): AsyncGenerator<Progress, Outcome, void> {
  const first = new Map<number, Condition>();
  const last = new Map<number, string>();
  const look = (all: boolean) => {
    const fork = session.host().fork();
    for (const dimm of dimms) {
      const condition = conditionOf(fork.dom0, dimm.number);
      if (!condition) continue;
      const before = first.get(dimm.number);
      if (!before) first.set(dimm.number, condition);
      const events = new Set(condition.events);
      if (before && before.health !== condition.health) events.add("dimm-health-state");
      const state = [condition.health, ...condition.events].join();
      const fresh = all || last.get(dimm.number) !== state;
      last.set(dimm.number, state);
      if (!fresh || ![...events].some((event) => watched.has(event))) continue;
      const view = fork.dom0.dimm(dimm.number).view;
      const json = eventJson(fork.dom0, view, { ...condition, events }, watched, fork.clock.now());
      log("notice", `${human ? prettyJson(json) : compactJson(json)}\n`);
    }
  };
  look(true);
  for (let waited = PERIOD_MS;; waited += PERIOD_MS) {
    yield { what: "waiting for events", done: 0, total: 0 };
    await session.pause(PERIOD_MS);
    const due = poll !== undefined && poll > 0 && waited % (poll * 1000) < PERIOD_MS;
    if (session.host().refresh() || due) look(due);
  }
}

/** Options that only the file gives; `#` starts a comment, a section's name is not looked at. */
function withConfig(session: Session, values: MonitorOptions, talk: Talk): MonitorOptions | undefined {
  if (values.configFile === undefined) return values;
  const file = session.context.files.read(values.configFile);
  if (file.isErr()) {
    talk.say(`${values.configFile} cannot be opened\n`);
    return undefined;
  }
  const found = new Map<string, string>();
  for (const line of textOf(file.value).split("\n")) {
    const pair = /^\s*([a-z-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair && pair[2] !== "") found.set(pair[1]!, [found.get(pair[1]!), pair[2]].filter(Boolean).join(" "));
  }
  const both = (key: string, value: string | undefined) =>
    [value, found.get(key)].filter((part) => part !== undefined).join(" ") || undefined;
  return {
    ...values,
    bus: both("bus", values.bus),
    dimm: both("dimm", values.dimm),
    region: both("region", values.region),
    namespace: both("namespace", values.namespace),
    dimmEvent: both("dimm-event", values.dimmEvent),
    log: values.log ?? found.get("log"),
  };
}
