/**
 * EPT violations (exit reason 48) and their exit qualification. SDM vol. 3C, "Exit qualification for EPT violations".
 */
import { type Permissions } from "./permissions.ts";

/** Named bits of the qualification. 3 to 5 (and 6) are what the path allows, all zero where nothing is mapped. */
export const QUALIFICATION = {
  read: 0,
  write: 1,
  fetch: 2,
  readable: 3,
  writable: 4,
  executable: 5,
  userExecutable: 6,
  linearAddressValid: 7,
  /** Access to what the linear address translates to; otherwise to a guest paging structure. Means nothing without 7. */
  translated: 8,
  /** 9 to 11 only with advanced violation information: the guest's own mapping. */
  guestUserPage: 9,
  guestWritable: 10,
  guestExecuteDisable: 11,
  nmiUnblocking: 12,
  shadowStackAccess: 13,
  supervisorShadowStackPage: 14,
  guestPagingVerification: 15,
  asynchronous: 16,
} as const;

export type QualificationBit = keyof typeof QUALIFICATION;
export type Qualification = { readonly [Name in QualificationBit]: boolean };

const NAMES = Object.keys(QUALIFICATION) as QualificationBit[];

export const encodeQualification = (bits: Partial<Qualification>): number =>
  NAMES.reduce((value, name) => (bits[name] ? value | (1 << QUALIFICATION[name]) : value), 0);

export const decodeQualification = (value: number): Qualification =>
  Object.fromEntries(NAMES.map((name) => [name, ((value >> QUALIFICATION[name]) & 1) === 1])) as Qualification;

/** How the guest touches memory. A guest page walk reads tables and sets their accessed and dirty bits. */
export type Access = "read" | "write" | "fetch" | "page-walk" | "page-walk-update";

/** The permission an access needs. With EPT's A/D in use every access to a guest table counts as a write. */
export const permissionFor = (access: Access, accessedDirty: boolean): keyof Permissions => {
  if (access === "fetch") return "execute";
  if (access === "write" || access === "page-walk-update") return "write";
  return access === "page-walk" && accessedDirty ? "write" : "read";
};

/** The qualification of an access by a linear address that `allowed` (the AND over the path) does not permit. */
export function qualificationOf(
  access: Access,
  allowed: Permissions & { readonly userExecute?: boolean },
  accessedDirty: boolean,
): number {
  const walks = access === "page-walk" || access === "page-walk-update";
  return encodeQualification({
    // With A/D in use a guest table access reports both read and write.
    read: access === "read" || access === "page-walk" || (walks && accessedDirty),
    write: permissionFor(access, accessedDirty) === "write",
    fetch: access === "fetch",
    readable: allowed.read,
    writable: allowed.write,
    executable: allowed.execute,
    userExecutable: allowed.userExecute ?? false,
    linearAddressValid: true,
    translated: !walks,
  });
}
