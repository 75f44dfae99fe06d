/** `xl uptime` (Xen 4.17 `tools/xl/xl_info.c` print_uptime). */
import { type Fork } from "../../host/mod.ts";
import { nameOf, NANOSECONDS, pad } from "./columns.ts";
import { findDomain } from "./domains.ts";
import { said, type XlVerb } from "./verb.ts";

export const uptime: XlVerb = {
  name: "uptime",
  summary: "Print uptime for all/some domains",
  usage: "[-s] [Domain]",
  options: ["-s   one line a domain, with the time of day"],
  effect: "reads",
  syntax: { short: "s", long: {} },
  required: 0,
  run(host, { flags, operands }) {
    const domids: number[] = [];
    for (const operand of operands) {
      const domid = findDomain(host, operand);
      if (domid.isErr()) return domid.error;
      domids.push(domid.value);
    }
    const shown = domids.length > 0 ? domids : [0, ...host.toolstack.records().map(({ domid }) => domid)];
    const short = flags.has("s");
    const head = short ? "" : "Name                                ID Uptime\n";
    return said(head + shown.map((domid) => uptimeRow(host, domid, short)).join(""));
  },
};

function uptimeRow(host: Fork, domid: number, short: boolean): string {
  const started = domid === 0 ? host.xen.domain(0)?.createdAt : host.toolstack.record(domid)?.startedAt;
  if (started === undefined) return "";
  const second = BigInt(NANOSECONDS);
  const now = host.clock.now() / second;
  const up = uptimeText(Number(now - started / second), short);
  if (!short) return `${nameOf(host, domid).padEnd(33)} ${pad(domid, 4)} ${up}\n`;
  return ` ${clockText(Number(now % 86400n))} up ${up}, ${nameOf(host, domid)} (${domid})\n`;
}

function uptimeText(total: number, short: boolean): string {
  const days = Math.floor(total / 86400);
  const [hours, minutes, rest] = [Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60];
  const time = `${pad(hours, 2)}:${two(minutes)}${short ? "" : `:${two(rest)}`}`;
  return days === 0 ? time : `${days} day${days > 1 ? "s" : ""}, ${time}`;
}

const clockText = (second: number): string =>
  `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
const two = (value: number): string => String(value).padStart(2, "0");
