/** Health readings put over the real ones, thresholds and their alarms, and the events that follow. */
import assert from "node:assert/strict";
import { madeHost } from "./made_host.ts";

type Health = Record<string, unknown>;
const health = (json: unknown): Health => (json as { health: Health }[])[0]!.health;

Deno.test("an injected temperature above the threshold raises the alarm, and goes when it is taken back", async () => {
  const host = madeHost();
  const hot = health(await host.json("ndctl inject-smart -m 40 nmem0"));
  assert.deepEqual([hot.temperature_celsius, hot.alarm_temperature], [40, true]);
  const raised = health(await host.json("ndctl inject-smart -M 41 nmem0"));
  assert.deepEqual([raised.temperature_threshold, raised.alarm_temperature], [41, false]);
  const off = health(await host.json("ndctl inject-smart -M 30 --media-temperature-alarm=off nmem0"));
  assert.deepEqual([off.alarm_enabled_media_temperature, off.alarm_temperature], [false, false]);
  assert.equal("temperature_threshold" in off, false);
  assert.equal(
    health(await host.json("ndctl inject-smart --media-temperature-uninject nmem0")).temperature_celsius,
    23,
  );
});

Deno.test("fatal state, unsafe shutdown and spares", async () => {
  const host = madeHost();
  const sick = health(await host.json("ndctl inject-smart -f -U -s 4 nmem0"));
  assert.deepEqual(
    [sick.health_state, sick.shutdown_state, sick.spares_percentage, sick.alarm_spares],
    ["fatal", "dirty", 4, true],
  );
  const done = await host.run("ndctl inject-smart -N nmem0");
  assert.equal(done.status, 0);
  assert.match(done.err, /ctrl_temperature cmd invalid: Operation not supported \(-95\)/);
  const well = health(await host.json("ndctl list -DH"));
  assert.deepEqual([well.health_state, well.shutdown_state, well.spares_percentage], ["ok", "clean", 75]);
});

Deno.test("what makes no sense is refused before anything is done", async () => {
  const host = madeHost();
  assert.deepEqual(await host.refusal("ndctl inject-smart -m 40 --media-temperature-uninject nmem0"), [
    234,
    "  Error: Cannot use media_temperature inject and uninject together\n\n",
  ]);
  assert.deepEqual(await host.refusal("ndctl inject-smart nmem0"), [234, "  Error: No valid operation specified\n\n"]);
  assert.equal((await host.refusal("ndctl inject-smart -m 40"))[0], 129);
  assert.deepEqual(await host.refusal("ndctl inject-smart -m 40 nmem7"), [250, "  Error: nmem7: no such dimm\n\n"]);
  assert.equal((await host.refusal("ndctl inject-smart -c 40 nmem0"))[0], 161);
});

Deno.test("the monitor reports what is the matter now, and every change after that", async () => {
  const host = madeHost(2);
  await host.all("ndctl inject-smart -s 3 nmem1");
  const run = host.session.execute(["ndctl", "monitor", "-D", "dimm-spares-remaining dimm-health-state"]);
  assert.equal((await run.next()).done, false);
  assert.equal(host.said.length, 1);
  const message = JSON.parse(host.said[0]!);
  assert.deepEqual(message.event, { "dimm-spares-remaining": true, "dimm-health-state": false });
  assert.deepEqual([message.dimm.dev, message.dimm.health.spares_percentage], ["nmem1", 3]);
  assert.match(message.timestamp, /^\d{10}\.\d{9}$/);
});

Deno.test("events are named; an unknown one ends it with its own status", async () => {
  const host = madeHost();
  assert.deepEqual(await host.refusal("ndctl monitor -D nosuch"), [30, "no dimm-event named nosuch\n"]);
  assert.equal((await host.refusal("ndctl monitor word"))[0], 129);
  assert.equal((await host.run("ndctl monitor", { dryRun: true })).status, 2);
});
