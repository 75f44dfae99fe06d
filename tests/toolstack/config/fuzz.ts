/** One round of fuzzing for xl configurations: captured files and those that libxlutil judged, spoilt as text. */
import assert from "node:assert/strict";
import { configJson } from "../../../src/toolstack/config/config_json.ts";
import { parseConfig } from "../../../src/toolstack/config/parse_config.ts";
import { parseVnvdimm } from "../../../src/toolstack/config/vnvdimm.ts";
import { mutateText, type Random } from "../../fuzz/mutate.ts";

const ROOT = new URL("../../../fixtures/", import.meta.url);
const lines = (path: string): { text?: string; spec?: string }[] =>
  Deno.readTextFileSync(new URL(path, ROOT)).trim().split("\n").map((line) => JSON.parse(line));
const files = (folder: string): string[] =>
  [...Deno.readDirSync(new URL(folder, ROOT))].map(({ name }) => name).filter((name) => name.endsWith(".cfg")).sort()
    .map((name) => Deno.readTextFileSync(new URL(folder + name, ROOT)));

const TEXTS = [
  ...files("guests/"),
  ...files("hosts/transcript-xl-1/files/"),
  ...lines("golden/xl-config/settings.jsonl").map(({ text }) => `name='n'\ntype='hvm'\n${text}`),
  ...lines("golden/xl-config/disks.jsonl").map(({ spec }) => `name='n'\ntype='hvm'\ndisk=['${spec}']\n`),
];
const PIECES = ["'", '"', "[", "]", ",", "=", "+=", "\n", "#", "\\", "\0", "0x", "-1", "18446744073709551616", "é", ";"]
  .concat(
    "vnvdimms=['type=mfn, backend=0x280000, nr_pages=0x40000, nr_label_pages=32']\n",
    "type='pvh'\n",
    "vif=['mac=",
  )
  .concat("disk=['format=", "nvdeck_acpi='nfit'\n", "nvdeck_vnvdimm_reserve='9999G'\n", "shadow_memory=", "maxmem=");

export function fuzzConfig(rng: Random): void {
  const text = mutateText(TEXTS[rng(TEXTS.length)]!, rng, PIECES);
  const parsed = parseConfig(text, { source: "f.cfg", uuid: () => "11111111-2222-4333-8444-555555555555", cpus: 4 });
  if (parsed.isErr()) return assert.ok(Array.isArray(parsed.error.messages));
  const { config } = parsed.value;
  assert.ok(config.name !== "");
  configJson(config);
  for (const number of [config.maxMemkb, config.targetMemkb]) {
    assert.ok(number === undefined || (Number.isSafeInteger(number) && number >= 0), `${number} KiB`);
  }
  parseVnvdimm(mutateText("type=mfn, backend=0x280000, nr_pages=0x40000", rng, PIECES)).isOk();
}
