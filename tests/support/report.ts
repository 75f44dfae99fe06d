/**
 * What a test has to say whether it passes or not: how many captures match, which tool was missing. The TAP reporter drops
 * what tests print, so the test command hands each test a file to append to and prints it at the end.
 */
export const REPORT = "NVDECK_TEST_REPORT";

/** A line or a table, whole. */
export function report(text: string): void {
  const path = Deno.env.get(REPORT);
  if (path === undefined) console.log(text);
  else Deno.writeTextFileSync(path, `${text}\n`, { append: true });
}
