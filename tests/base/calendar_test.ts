import assert from "node:assert/strict";
import fc from "fast-check";
import { calendar } from "../../src/base/calendar.ts";

Deno.test("any second is the date and time that JavaScript has for it", () => {
  fc.assert(fc.property(fc.integer({ min: -(2 ** 35), max: 2 ** 37 }), (seconds) => {
    const { year, month, day, hour, minute, second } = calendar(seconds);
    const date = new Date(seconds * 1000);
    assert.deepEqual(
      [year, month, day, hour, minute, second],
      [
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
      ],
    );
  }));
});

Deno.test("leap days and the ends of years and centuries", () => {
  const text = (seconds: number): string => {
    const { year, month, day } = calendar(seconds);
    return `${year}-${month}-${day}`;
  };
  assert.equal(text(Date.UTC(2000, 1, 29) / 1000), "2000-2-29");
  assert.equal(text(Date.UTC(2100, 2, 1) / 1000 - 1), "2100-2-28");
  assert.equal(text(Date.UTC(2025, 0, 1) / 1000 - 1), "2024-12-31");
});
