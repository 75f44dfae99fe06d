/** A captured machine's processors: from `xl info` where Xen ran, else from the emulator's `-smp`. */
import { type CpuFacts } from "../../machine/mod.ts";

/** Four cores that can run HVM guests with nested paging; what a host gets whose processors nobody told. */
export const PLAIN_CPUS: CpuFacts = {
  count: 4,
  coresPerSocket: 4,
  threadsPerCore: 1,
  khz: 2_000_000,
  hwCaps: [0x078bf3fd, 0x80002001, 0x20100800, 0x00000005, 0, 0, 0, 0],
};

export function capturedCpus(xlInfo: string | undefined, emulator: readonly string[]): CpuFacts {
  if (xlInfo !== undefined) return fromXlInfo(xlInfo);
  const smp = emulator[emulator.indexOf("-smp") + 1];
  return smp === undefined || !emulator.includes("-smp") ? PLAIN_CPUS : fromSmp(smp);
}

function fromXlInfo(text: string): CpuFacts {
  const value = (key: string) => new RegExp(`^${key}\\s*:\\s*(.*)$`, "m").exec(text)?.[1]?.trim();
  const number = (key: string, otherwise: number) => Number(value(key) ?? otherwise);
  return {
    count: number("nr_cpus", PLAIN_CPUS.count),
    coresPerSocket: number("cores_per_socket", 1),
    threadsPerCore: number("threads_per_core", 1),
    khz: Math.round(number("cpu_mhz", PLAIN_CPUS.khz / 1000) * 1000),
    hwCaps: (value("hw_caps") ?? "").split(":").filter((word) => word !== "").map((word) => parseInt(word, 16)),
  };
}

/** `2,sockets=2,cores=1,threads=1`. */
function fromSmp(text: string): CpuFacts {
  const [count = "1", ...rest] = text.split(",");
  const value = (key: string) => Number(rest.find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1) ?? 1);
  return { ...PLAIN_CPUS, count: Number(count), coresPerSocket: value("cores"), threadsPerCore: value("threads") };
}
