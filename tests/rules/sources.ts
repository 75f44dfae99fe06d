/** The files that rules are about. */

export const ROOT = new URL("../../", import.meta.url);

/** Every source file below a folder, whose URL ends in a slash. */
export function* sourcesIn(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const url = new URL(`${name}${isDirectory ? "/" : ""}`, folder);
    if (isDirectory) yield* sourcesIn(url);
    else if (/\.tsx?$/.test(name)) yield url;
  }
}
