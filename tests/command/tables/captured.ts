/** Files of the captured hosts, for tests of what is shown of them. */
import { gunzipSync } from "node:zlib";

const HOSTS = new URL("../../../fixtures/hosts/", import.meta.url);

/** A file of a fixture; packed ones are unpacked. */
export function captured(host: string, name: string): Uint8Array {
  const bytes = Deno.readFileSync(new URL(`${host}/${name}`, HOSTS));
  return name.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : bytes;
}

/** Its path as one would type it at the repository's root. */
export const pathOf = (host: string, name: string): string => `fixtures/hosts/${host}/${name}`;

export const tableOf = (host: string, name = "nfit.bin"): Uint8Array => captured(host, name);
