/**
 * Whether Xen, the toolstack's records and dom0 agree on whose memory is whose. Hypercalls can go past the toolstack (model
 * section 3): what they leave is found here.
 */
import { hex } from "../base/units.ts";
import { lengthOf, type Range } from "../base/range.ts";
import { type Fork } from "./fork.ts";
import { type HostViolation } from "./violation.ts";

export const ofOwners = (fork: Fork): HostViolation[] => [...ofDomains(fork), ...ofKept(fork), ...ofHolds(fork)];

/** Domains in both lists; a domain owns the frames of its vNVDIMMs, all of them. */
function ofDomains({ xen, toolstack }: Fork): HostViolation[] {
  const rule = "Xen and the toolstack know the same domains";
  const records = toolstack.records();
  const inXen = new Set(xen.domains().map(({ domid }) => domid));
  const known = new Set([0, ...records.map(({ domid }) => domid)]);
  return [
    ...[...inXen].filter((domid) => !known.has(domid)).map((domid) => ({
      rule,
      object: `domain ${domid}`,
      what: "Xen has it, the toolstack does not",
    })),
    ...records.filter(({ domid }) => !inXen.has(domid)).map(({ domid, name }) => ({
      rule,
      object: name,
      what: `Xen has no domain ${domid}`,
    })),
    ...records.flatMap(({ domid, name, vnvdimms }) =>
      vnvdimms.flatMap(({ slot, runs }) =>
        runs.flatMap(({ mfn, count }) => {
          const frames = { start: mfn, end: mfn + count };
          const owned = [...xen.owned(frames)].filter(({ owner }) => owner === domid)
            .reduce((sum, range) => sum + lengthOf(range), 0);
          return owned === count ? [] : [{
            rule: "a guest owns its vNVDIMMs",
            object: `${name}, slot ${slot}`,
            what: `${count - owned} of ${count} frames from ${hex(mfn)} on are not its own`,
          }];
        })
      )
    ),
  ];
}

/** Memory that is kept for a guest is nobody else's. */
const ofKept = ({ xen, toolstack }: Fork): HostViolation[] =>
  toolstack.assignments().flatMap(({ domainUuid, domainName, slot, identity }) => {
    const owners = toolstack.records().filter(({ uuid }) => uuid === domainUuid).map(({ domid }) => domid);
    return toolstack.framesOf(identity).flatMap((frames) =>
      [...xen.owned(frames)].filter(({ owner }) => !owners.includes(owner)).slice(0, 1).map((taken) => ({
        rule: "kept memory is nobody else's",
        object: `${domainName}, slot ${slot}`,
        what: `${span(taken)} is domain ${taken.owner}'s: a hypercall went past the toolstack`,
      }))
    );
  });

/** dom0's driver holds what was handed to Xen, unless a filesystem on it is mounted. */
const ofHolds = ({ toolstack, dom0, files }: Fork): HostViolation[] =>
  toolstack.reportedNamespaces().filter(({ device }) =>
    device !== undefined && dom0.holderOf(device) === undefined && !files.mountOf(device)
  ).map(({ name, device }) => ({
    rule: "what was handed to Xen is held in dom0",
    object: name,
    what: `nobody has /dev/${device} open`,
  }));

const span = ({ start, end }: Range): string => `mfn ${hex(start)} - ${hex(end)}`;
