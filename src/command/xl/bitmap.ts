/** A set of CPUs or nodes as xl prints it: `0-2,5`, `all`, `none` (Xen 4.17 `tools/xl/xl_utils.c` print_bitmap). */
export function bitmapText(members: readonly number[], size: number): string {
  const set = new Set(members.filter((member) => member < size));
  if (set.size === 0) return "none";
  if (set.size === size) return "all";
  const runs: string[] = [];
  for (let at = 0; at < size; at++) {
    if (!set.has(at)) continue;
    let end = at;
    while (set.has(end + 1)) end++;
    runs.push(end === at ? String(at) : `${at}-${end}`);
    at = end;
  }
  return runs.join(",");
}
