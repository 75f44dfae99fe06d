/**
 * Hypercall arguments byte by byte, written from the reference alone: shares nothing with `src/abi`, so that a wrong
 * layout there cannot hide. Offsets in comments are those of reference/xen-vnvdimm.md 4.4 and of Xen 4.17's public
 * headers.
 */

/** [offset, bytes, value] triples over zeroes. */
export function raw(
  size: number,
  ...fields: readonly (readonly [number, 1 | 2 | 4 | 8, number | bigint])[]
): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [offset, width, value] of fields) {
    if (width === 8) view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
    else if (width === 4) view.setUint32(offset, Number(value), true);
    else if (width === 2) view.setUint16(offset, Number(value), true);
    else view.setUint8(offset, Number(value));
  }
  return bytes;
}

export const u16At = (b: Uint8Array, at: number): number => new DataView(b.buffer, b.byteOffset).getUint16(at, true);
export const u32At = (b: Uint8Array, at: number): number => new DataView(b.buffer, b.byteOffset).getUint32(at, true);
export const u64At = (b: Uint8Array, at: number): bigint => new DataView(b.buffer, b.byteOffset).getBigUint64(at, true);

export interface Header {
  readonly version?: number;
}

/** struct xen_platform_op: cmd 0, interface_version 4, u 8; 136 bytes. */
export function platform(cmd: number, words: readonly (number | bigint)[], { version = 0x03000001 }: Header = {}) {
  return raw(136, [0, 4, cmd], [4, 4, version], ...words.map((w, i) => [8 + 8 * i, 8, w] as const));
}
/** XENPF_pmem_add = 64: spfn, epfn, rsv_spfn, rsv_epfn, data_spfn, data_epfn. */
export const pmemAdd = (words: readonly (number | bigint)[], header?: Header) => platform(64, words, header);
export const pmemAddRaw = (words: readonly (number | bigint)[], header?: Header) => platform(65, words, header);
export const pmemRelease = (words: readonly (number | bigint)[], header?: Header) => platform(66, words, header);

/** struct xen_sysctl: cmd 0, interface_version 4, u 8; 136 bytes. nvdimm_op = 29: cmd 8, err 12, its union 16. */
export function nvdimm(
  sub: number,
  fields: readonly (readonly [number, 1 | 4 | 8, number | bigint])[],
  { version = 0x11 }: Header = {},
): Uint8Array {
  const inner = fields.map(([offset, width, value]) => [16 + offset, width, value] as const);
  return raw(136, [0, 4, 29], [4, 4, version], [8, 4, sub], ...inner);
}
/** type 0, num_regions 4. */
export const regionsNr = (type: number, header?: Header) => nvdimm(0, [[0, 1, type]], header);
/** type 0, num_regions 4, handle 8. */
export const regions = (type: number, count: number, handle: bigint, header?: Header) =>
  nvdimm(1, [[0, 1, type], [4, 4, count], [8, 8, handle]], header);
/** smfn 0, emfn 8, mgmt_smfn 16, mgmt_emfn 24, type 32. */
export const setup = (
  type: number,
  [smfn, emfn]: readonly (number | bigint)[],
  [mgmtSmfn, mgmtEmfn]: readonly (number | bigint)[],
  header?: Header,
) => nvdimm(2, [[0, 8, smfn!], [8, 8, emfn!], [16, 8, mgmtSmfn!], [24, 8, mgmtEmfn!], [32, 1, type]], header);
export const setupMgmt = (smfn: number | bigint, emfn: number | bigint) => setup(1, [smfn, emfn], [smfn, emfn]);
export const setupData = (
  smfn: number | bigint,
  emfn: number | bigint,
  mgmtSmfn: number | bigint,
  mgmtEmfn: number | bigint,
) => setup(2, [smfn, emfn], [mgmtSmfn, mgmtEmfn]);
/** ext: smfn 0, emfn 8, done 16. */
export const sanitize = (smfn: number, emfn: number, done = 0) =>
  nvdimm(3, [[0, 8, smfn], [8, 8, emfn], [16, 8, done]]);

/** Any sysctl of 4.17: interface version 0x15. */
export const sysctl = (
  cmd: number,
  fields: readonly (readonly [number, 1 | 2 | 4 | 8, number | bigint])[] = [],
  { version = 0x15 }: Header = {},
) => raw(136, [0, 4, cmd], [4, 4, version], ...fields.map(([o, w, v]) => [8 + o, w, v] as const));

/** struct xen_domctl: cmd 0, interface_version 4, domain 8, u 16; 144 bytes. */
export const domctl = (
  cmd: number,
  domain: number,
  fields: readonly (readonly [number, 1 | 2 | 4 | 8, number | bigint])[] = [],
  { version = 0x15 }: Header = {},
) => raw(144, [0, 4, cmd], [4, 4, version], [8, 2, domain], ...fields.map(([o, w, v]) => [16 + o, w, v] as const));

/** createdomain: handle 4, flags 20, max_vcpus 28, emulation_flags 56. */
export const createDomain = (domid = 0, flags = 3, emulation = 0x3ff, vcpus = 2) =>
  domctl(1, domid, [[20, 4, flags], [28, 4, vcpus], [56, 4, emulation]]);

/** memory_op: the command register, then the structure. */
export function memory(cmd: number, structure: Uint8Array, done = 0): Uint8Array {
  const bytes = new Uint8Array(8 + structure.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(cmd) | (BigInt(done) << 6n), true);
  bytes.set(structure, 8);
  return bytes;
}
/** domid 0, mfn 8, gfn 16, nr_mfns 24, type 28. */
export const pmemMap = (
  domid: number,
  mfn: number | bigint,
  gfn: number | bigint,
  count: number,
  type = 0,
  done = 0,
) => memory(28, raw(32, [0, 2, domid], [8, 8, mfn], [16, 8, gfn], [24, 4, count], [28, 4, type]), done);
/** extent_start 0, nr_extents 8, extent_order 16, mem_flags 20, domid 24. */
export const physmap = (domid: number, handle: bigint, count: number | bigint, order: number, flags = 0, done = 0) =>
  memory(6, raw(32, [0, 8, handle], [8, 8, count], [16, 4, order], [20, 4, flags], [24, 2, domid]), done);

/** dm_op: registers domid and nr_bufs, then {handle, size} each. */
export function dm(domid: number, buffers: readonly (readonly [bigint, number | bigint])[], count = buffers.length) {
  const pairs = buffers.flatMap(([handle, size], i) => [
    [16 + 16 * i, 8, handle] as const,
    [24 + 16 * i, 8, size] as const,
  ]);
  return raw(16 + 16 * buffers.length, [0, 8, domid], [8, 8, count], ...pairs);
}
/** xen_dm_op: op 0, pad 4; pmem_rw = 17 at 8: paddr 0, length 8, done 16, is_write 24, pad 25. */
export const pmemRw = (paddr: number | bigint, length: number | bigint, isWrite: number, done = 0) =>
  raw(40, [0, 4, 17], [8, 8, paddr], [16, 8, length], [24, 8, done], [32, 1, isWrite]);

/** sched_op: the command register, then the structure. */
export const shutdown = (reason: number) => raw(12, [0, 8, 2], [8, 4, reason]);
