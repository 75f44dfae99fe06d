import assert from "node:assert/strict";
import fc from "fast-check";
import {
  GiB,
  grouped,
  hex,
  humanSize,
  KiB,
  MiB,
  parseInteger,
  parseSize,
  shortSize,
  TiB,
} from "../../src/base/units.ts";

Deno.test("humanSize prints what ndctl -u prints (reference vectors V5)", () => {
  const vectors: [number, string][] = [
    [5119999, "5119999"],
    [5120000, "4.88 MiB (5.12 MB)"],
    [1073741824, "1024.00 MiB (1073.74 MB)"],
    [2147483648, "2.00 GiB (2.15 GB)"],
    [4225761280, "3.94 GiB (4.23 GB)"],
    [135291469824, "126.00 GiB (135.29 GB)"],
    [2199023255552, "2.00 TiB (2.20 TB)"],
  ];
  for (const [bytes, text] of vectors) assert.equal(humanSize(bytes), text);
});

Deno.test("humanSize changes its unit exactly at 5000 KiB, 2 GiB and 2 TiB", () => {
  assert.equal(humanSize(0), "0");
  assert.equal(humanSize(5000 * KiB - 1), "5119999");
  assert.match(humanSize(2 * GiB - 1), /^2048\.00 MiB/);
  assert.match(humanSize(2 * TiB - 1), /^2048\.00 GiB/);
  assert.match(humanSize(2 ** 52), /^4096\.00 TiB/);
});

Deno.test("sizes are read as ndctl reads them", () => {
  const good: [string, number][] = [
    ["0", 0],
    ["4096", 4096],
    ["16M", 16 * MiB],
    ["16m", 16 * MiB],
    ["2k", 2 * KiB],
    ["0x10G", 16 * GiB],
    ["010", 8],
    ["1T", TiB],
    ["8191T", 8191 * TiB],
  ];
  for (const [text, bytes] of good) assert.equal(parseSize(text), bytes, text);
  const bad = ["", "M", "1.5G", "16MiB", "16 M", "16MM", "-1", "0x", "08", "1e3", "8192T", "99999999999999999999"];
  for (const text of bad) assert.equal(parseSize(text), undefined, text);
});

Deno.test("integers are read in any C base, up to 2^53 - 1", () => {
  assert.equal(parseInteger("0xfF"), 255);
  assert.equal(parseInteger("9007199254740991"), 2 ** 53 - 1);
  assert.equal(parseInteger("9007199254740992"), undefined);
  assert.equal(parseInteger("09"), undefined);
  assert.equal(parseInteger(" 9"), undefined);
});

Deno.test("any byte count survives decimal and hexadecimal text", () => {
  fc.assert(fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (bytes) => {
    assert.equal(parseSize(String(bytes)), bytes);
    assert.equal(parseSize(hex(bytes)), bytes);
  }));
});

Deno.test("table cells use one unit and two decimals", () => {
  assert.equal(shortSize(0), "0 B");
  assert.equal(shortSize(1023), "1023 B");
  assert.equal(shortSize(1024), "1.00 KiB");
  assert.equal(shortSize(32 * GiB), "32.00 GiB");
  assert.equal(shortSize(31.5 * GiB), "31.50 GiB");
  assert.equal(shortSize(6 * TiB), "6.00 TiB");
});

Deno.test("grouped puts a space between groups of three; hex pads", () => {
  assert.equal(grouped(0), "0");
  assert.equal(grouped(999), "999");
  assert.equal(grouped(8257024), "8 257 024");
  assert.equal(hex(255), "0xff");
  assert.equal(hex(0x7f007n, 16), "0x000000000007f007");
});
