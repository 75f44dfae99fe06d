/**
 * Captured hosts as the tests of this folder read them. They lie in fixtures/hosts, byte for byte as captured; a folder
 * is a capture if its meta.json names the versions of the software that ran.
 */
import { gunzipSync } from "node:zlib";

const ROOT = new URL("../../fixtures/hosts/", import.meta.url);

/** A captured file, unpacked where its name ends in .gz. */
export function captured(path: string): Uint8Array {
  const bytes = Deno.readFileSync(new URL(path, ROOT));
  return path.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : bytes;
}

export const capturedText = (path: string): string => new TextDecoder().decode(captured(path));

/** Paths below fixtures/hosts that match and belong to a capture, sorted. */
export function capturedFiles(pattern: RegExp): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of Deno.readDirSync(new URL(folder, ROOT))) {
      const path = folder + entry.name;
      if (entry.isDirectory) walk(`${path}/`);
      else if (pattern.test(path)) found.push(path);
    }
  };
  for (const host of captures()) walk(`${host}/`);
  return found.sort();
}

function captures(): string[] {
  const folders = [...Deno.readDirSync(ROOT)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  return folders.filter((name) => {
    try {
      return "versions" in JSON.parse(capturedText(`${name}/meta.json`));
    } catch {
      return false;
    }
  });
}

/** What the nth command of a captured terminal session printed. */
export function printed(host: string, n: number): string {
  for (const line of capturedText(`${host}/transcript.jsonl`).split("\n")) {
    const entry = line === "" ? undefined : JSON.parse(line) as { n: number; stdout: string };
    if (entry?.n === n) return entry.stdout;
  }
  throw new Error(`${host} has no command ${n}`);
}

/** Every captured label area. */
export const labelAreas = (): string[] => capturedFiles(/labels\/[^/]+\.bin\.gz$/);
