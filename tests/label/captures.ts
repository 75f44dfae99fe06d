/** Captured hosts as the tests of this folder read them. Everything lies in fixtures/hosts, byte for byte as captured. */
import { gunzipSync } from "node:zlib";

const ROOT = new URL("../../fixtures/hosts/", import.meta.url);

/** A captured file, unpacked where its name ends in .gz. */
export function captured(path: string): Uint8Array {
  const bytes = Deno.readFileSync(new URL(path, ROOT));
  return path.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : bytes;
}

export const capturedText = (path: string): string => new TextDecoder().decode(captured(path));

/** Paths below fixtures/hosts that match, sorted. */
export function capturedFiles(pattern: RegExp): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of Deno.readDirSync(new URL(folder, ROOT))) {
      const path = folder + entry.name;
      if (entry.isDirectory) walk(`${path}/`);
      else if (pattern.test(path)) found.push(path);
    }
  };
  walk("");
  return found.sort();
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
