/**
 * The DIMMs of the host with their label areas as stored, whatever dom0 may see of them: under management `xen` the table
 * is hidden from dom0's kernel, so that a kernel that never booted reads firmware's own copy.
 */
import { Dom0, NATIVE_FACTS } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";

export function storedDimms(host: Fork): Dom0 {
  if (host.dom0.hasBus) return host.dom0;
  const { machine, memory, recorder, draws, clock } = host;
  const tables = { nfit: machine.table("NFIT"), srat: machine.table("SRAT"), firmware: machine.firmware };
  return new Dom0({ ...tables, facts: NATIVE_FACTS, memory, state: host.state.dom0, draws, recorder, clock });
}
