/** Read, write, execute: what an entry allows, and what a path allows (the AND over its levels). */

export interface Permissions {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

export const RWX: Permissions = { read: true, write: true, execute: true };
export const NOTHING: Permissions = { read: false, write: false, execute: false };

/** `rwx`, `r--`: as dumps and screens write it. */
export const permissionText = ({ read, write, execute }: Permissions): string =>
  `${read ? "r" : "-"}${write ? "w" : "-"}${execute ? "x" : "-"}`;

/** The reverse of `permissionText`; letters that are missing are not allowed. */
export const permissionsOf = (text: string): Permissions => ({
  read: text.includes("r"),
  write: text.includes("w"),
  execute: text.includes("x"),
});

export const bothAllow = (a: Permissions, b: Permissions): Permissions => ({
  read: a.read && b.read,
  write: a.write && b.write,
  execute: a.execute && b.execute,
});

export const allowsNothing = (p: Permissions): boolean => !p.read && !p.write && !p.execute;
