/** The address spaces of the machine. A conversion is written once, here, and a mix-up does not compile. */
import { type Quantity } from "../base/quantity.ts";
import { PAGE_SIZE } from "../base/units.ts";

/** Host physical address as the CPU sees it (bytes). Xen calls the same thing MPA. */
export type Spa = Quantity<"system physical address">;
/** Address inside one DIMM (bytes). */
export type Dpa = Quantity<"DIMM physical address">;
/** Guest physical address (bytes). */
export type Gpa = Quantity<"guest physical address">;
/** Host frame number: SPA / 4096. */
export type Mfn = Quantity<"machine frame number">;
/** Guest frame number: GPA / 4096. */
export type Gfn = Quantity<"guest frame number">;
/** Xen's number of a domain; 0 is dom0. */
export type Domid = Quantity<"domain id">;

export const mfnOfSpa = (spa: number): Mfn => Math.floor(spa / PAGE_SIZE) as Mfn;
export const spaOfMfn = (mfn: number): Spa => (mfn * PAGE_SIZE) as Spa;
export const gfnOfGpa = (gpa: number): Gfn => Math.floor(gpa / PAGE_SIZE) as Gfn;
export const gpaOfGfn = (gfn: number): Gpa => (gfn * PAGE_SIZE) as Gpa;

export const DOM0 = 0 as Domid;
