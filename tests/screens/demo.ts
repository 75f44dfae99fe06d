/** The console on a made-up host, to look at screens: `deno run --allow-env --allow-read tests/screens/demo.ts [HOST]`. */
import { openConsole } from "../../tui/mod.ts";
import { FakeHost } from "./fake_host.ts";
import { CHINESE_PIECES, type HostFacts, manyPieces, XEN_RANGES } from "./hosts.ts";

const HOSTS: Readonly<Record<string, HostFacts>> = {
  lab: {},
  empty: { pieces: [], domains: [], journal: [], trace: [] },
  many: { pieces: manyPieces(8000) },
  chinese: { pieces: CHINESE_PIECES },
  xen: { management: "xen", ranges: XEN_RANGES },
};

const host = new FakeHost(HOSTS[Deno.args[0] ?? "lab"] ?? {});
Deno.exit(await openConsole(host));
