/** Who is at the keyboard, and what time it is: for the journal. */

/** ISO 8601. */
export const now = (): string => new Date().toISOString();

/** Nanoseconds since the epoch: where model time starts when a host is made. */
export const wallClock = (): bigint => BigInt(Date.now()) * 1_000_000n;

export const whoIsThere = (): string => Deno.env.get("SUDO_USER") ?? Deno.env.get("USER") ?? "operator";
