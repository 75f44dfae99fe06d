/**
 * What `ndctl read-infoblock -j` prints for one namespace or file: every info block that its first 8 KiB hold.
 * Source: ndctl `namespace.c` parse_namespace_infoblock, btt_parse, pfn_parse.
 */
import { viewOf } from "../base/bytes.ts";
import { NIL_UUID } from "../base/guid.ts";
import type { Json } from "../base/json.ts";
import { BTT_SIGNATURE, bttInfoBlock, type BttRecord } from "./btt_info.ts";
import { INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE, infoChecksumHolds } from "./info_block.ts";
import { hexJson } from "./ndctl_json.ts";
import { PFN_SIGNATURE, pfnInfoBlock, type PfnRecord } from "./pfn_info.ts";

/** Bytes that read-infoblock and write-infoblock handle. */
export const INFO_HEAD_SIZE = INFO_BLOCK_OFFSET + INFO_BLOCK_SIZE;

/** Where the bytes came from: a namespace, with its uuid, or a file's path. */
export type InfoSource = { readonly dev: string; readonly uuid: string } | { readonly file: string };

export interface ReadInfoBlocksOptions {
  /** -u */
  readonly human?: boolean;
  /** -V: leave out blocks with a wrong checksum or another parent. */
  readonly verify?: boolean;
}

/** One object for each block, in ndctl's order: BTT at 4096, BTT at 0, PFN, DAX. `head` holds at least 8 KiB. */
export function readInfoBlocksJson(head: Uint8Array, source: InfoSource, options: ReadInfoBlocksOptions = {}): Json[] {
  const blocks: Json[] = [];
  const human = options.human ?? false;
  for (const at of [INFO_BLOCK_OFFSET, 0]) {
    const block = head.subarray(at, at + INFO_BLOCK_SIZE);
    const btt = bttInfoBlock.read(viewOf(block))._unsafeUnwrap();
    if (btt.signature !== BTT_SIGNATURE || !passes(block, btt, source, options)) continue;
    const json = bttJson(btt, human);
    if (json) blocks.push({ ...named(source), ...json });
  }
  const block = head.subarray(INFO_BLOCK_OFFSET, INFO_HEAD_SIZE);
  const pfn = pfnInfoBlock.read(viewOf(block))._unsafeUnwrap();
  if (Object.values(PFN_SIGNATURE).includes(pfn.signature) && passes(block, pfn, source, options)) {
    const json = pfnJson(pfn, human);
    if (json) blocks.push({ ...named(source), ...json });
  }
  return blocks;
}

const named = (source: InfoSource) => ("dev" in source ? { dev: source.dev } : { file: source.file });

/** ndctl means to compare the uuids, but hands memcmp a length of one: only their first byte counts. */
function passes(
  block: Uint8Array,
  record: { readonly parentUuid: string },
  source: InfoSource,
  { verify }: ReadInfoBlocksOptions,
): boolean {
  if (!verify) return true;
  if (!infoChecksumHolds(block)) return false;
  return !("dev" in source) || source.uuid === NIL_UUID || source.uuid.slice(0, 2) === record.parentUuid.slice(0, 2);
}

type Block = { readonly [key: string]: Json };

function bttJson(sb: BttRecord, human: boolean): Block | undefined {
  const head = headJson(sb, human);
  return head && {
    ...head,
    external_lbasize: sb.externalBlockSize | 0,
    external_nlba: sb.externalBlocks | 0,
    internal_lbasize: sb.internalBlockSize | 0,
    internal_nlba: sb.internalBlocks | 0,
    nfree: sb.lanes | 0,
    infosize: sb.infoSize | 0,
    nextoff: hexJson(sb.nextOffset, human),
    dataoff: hexJson(sb.dataOffset, human),
    mapoff: hexJson(sb.mapOffset, human),
    logoff: hexJson(sb.logOffset, human),
    info2off: hexJson(sb.info2Offset, human),
  };
}

function pfnJson(sb: PfnRecord, human: boolean): Block | undefined {
  const head = headJson(sb, human);
  return head && {
    ...head,
    dataoff: hexJson(sb.dataOffset, human),
    npfns: hexJson(sb.pages, human),
    mode: sb.mode | 0,
    start_pad: hexJson(sb.startPad, human),
    end_trunc: hexJson(sb.endTrunc, human),
    align: hexJson(sb.align, human),
    page_size: hexJson(sb.pageSize, human),
    page_struct_size: hexJson(sb.pageStructSize, human),
  };
}

/** Undefined where the version has more than three characters: ndctl's buffer ends there and it gives the block up. */
function headJson(sb: BttRecord | PfnRecord, human: boolean): Block | undefined {
  const version = `${sb.major}.${sb.minor}`;
  if (version.length > 3) return undefined;
  return {
    signature: sb.signature,
    uuid: sb.uuid,
    parent_uuid: sb.parentUuid,
    flags: hexJson(sb.flags, human),
    version,
  };
}
