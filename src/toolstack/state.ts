/**
 * What the toolstack keeps: of running domains (gone with the host), and of what must come back after a reboot: which
 * namespaces are Xen's, which guest each piece of persistent memory is kept for, what starts by itself.
 */
import { type Blocks } from "../base/blocks.ts";
import { type DomainRecord } from "./domain_record.ts";
import { type Assignment, type Remains } from "./assignment.ts";
import { type PmemReport } from "./pmem_report.ts";

/** A configuration file that the host starts by itself (`/etc/xen/auto`): the text, not a path to it. */
export interface AutostartFile {
  /** The domain's name. */
  readonly name: string;
  readonly text: string;
}

/** What XenStore has to say beside what the domains' records do. */
export interface StoreFacts {
  readonly dom0Name: string;
  /** dom0 has had another name: its virtual machine has a node of its own since. */
  readonly renamed: boolean;
  /** There has been a guest: the nodes above those of guests stay when the guests go. */
  readonly hadGuests: boolean;
}

export interface ToolstackState {
  /** Domains that run, by domid: what libxl has in XenStore and its userdata files. Volatile. */
  readonly domains: Blocks<DomainRecord>;
  /** One block, `facts`. Volatile. */
  readonly store: Blocks<StoreFacts>;
  /** Persistent memory handed to Xen, by `reportId`; replayed at every boot. Durable. */
  readonly reports: Blocks<PmemReport>;
  /** Whose each vNVDIMM is, running or not, by `DOMAIN-UUID/SLOT`. Durable. */
  readonly assignments: Blocks<Assignment>;
  /** Whose data lies where nobody is assigned any more, by `backendId`. Durable. */
  readonly remains: Blocks<Remains>;
  /** By domain name. Durable. */
  readonly autostart: Blocks<AutostartFile>;
}
