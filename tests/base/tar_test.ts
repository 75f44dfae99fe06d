import assert from "node:assert/strict";
import fc from "fast-check";
import { textOf, utf8 } from "../../src/base/bytes.ts";
import { looksLikeTar, readTar } from "../../src/base/tar.ts";

/** What GNU tar made of the given files, in ustar or its own format. */
async function tarOf(files: Record<string, string>, format: "ustar" | "gnu"): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${name.replace(/[^/]*$/, "")}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return (await new Deno.Command("tar", { args: [`--format=${format}`, "-cf", "-", "-C", folder, "."] }).output())
    .stdout;
}

/** The longest folder name each format can hold beside a file: ustar's prefix is 155 bytes and its name 100. */
const LONGEST_FOLDER = { ustar: 90, gnu: 240 } as const;

for (const format of ["ustar", "gnu"] as const) {
  Deno.test(`an archive of the ${format} format gives back its files`, async () => {
    const written = {
      "meta.json": "{}",
      "labels/end.nmem0.bin": "x".repeat(513),
      [`deep/${"n".repeat(LONGEST_FOLDER[format])}/${"m".repeat(60)}`]: "long",
      empty: "",
    };
    const archive = await tarOf(written, format);
    assert.ok(looksLikeTar(archive));
    const files = readTar(archive)._unsafeUnwrap();
    assert.deepEqual(
      Object.fromEntries([...files].map(([name, bytes]) => [name, textOf(bytes)]).sort()),
      Object.fromEntries(Object.entries(written).sort()),
    );
  });
}

Deno.test("an archive that is cut short is a fault with its place", async () => {
  const archive = await tarOf({ a: "x".repeat(5000) }, "ustar");
  const at = archive.findIndex((byte) => byte === 0x78);
  const fault = readTar(archive.subarray(0, at + 100))._unsafeUnwrapErr();
  assert.match(fault.reason, /5000 bytes/);
});

Deno.test("property: arbitrary bytes never crash the reader", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
    readTar(bytes);
  }));
  readTar(utf8("ustar".repeat(400)));
});
