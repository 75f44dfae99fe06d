/**
 * The writes that put a fresh BTT arena on the medium: an empty map, a log in which every lane owns one block, the info
 * block's copy and last the info block itself, which makes the arena valid.
 * Source: Linux `drivers/nvdimm/btt.c` btt_arena_write_layout, btt_log_init, btt_info_write.
 */
import { type BttIdentity, encodeBttInfo } from "./btt_info.ts";
import type { BttArena } from "./btt_layout.ts";
import { freshLog } from "./btt_log.ts";
import type { NotedWrite, NotedZeroes } from "./noted_write.ts";

/** In order; offsets count from the start of the namespace. The data area is left as it is. */
export function arenaWrites(arena: BttArena, identity: BttIdentity): (NotedWrite | NotedZeroes)[] {
  const info = encodeBttInfo(arena, identity);
  return [
    { offset: arena.map, length: arena.log - arena.map, note: "BTT map (identity)" },
    { offset: arena.log, bytes: freshLog(arena.externalBlocks), note: "BTT log" },
    { offset: arena.info2, bytes: info, note: "BTT info block copy" },
    { offset: arena.info, bytes: info, note: "BTT info block" },
  ];
}
