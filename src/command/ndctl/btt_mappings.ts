/**
 * What the check tells, with `-v`, of mapping a BTT's parts into its memory. The model maps nothing: addresses are those of a
 * process without randomisation, whose mappings grow downwards. Source: ndctl `ndctl/check.c` btt_create_mappings, btt_mmap,
 * btt_remove_mappings, btt_unmap.
 */
import { type Errno, strerror } from "../../abi/errno.ts";
import { INFO_BLOCK_SIZE } from "../../label/mod.ts";
import { hex } from "../../base/units.ts";
import { type CheckLog } from "./btt_medium.ts";
import { type CheckedArena } from "./btt_recover.ts";
import { alternate } from "./talk.ts";

/** Below what the loader has mapped. */
const HIGHEST = 0x7ffff7fb0000;
/** MAP_FAILED. */
const FAILED = "0xffffffffffffffff";

export class Mappings {
  readonly #parts: readonly { readonly address: number; readonly length: number; readonly offset: number }[];

  constructor(arenas: readonly CheckedArena[], private readonly log: CheckLog) {
    let address = HIGHEST;
    this.#parts = arenas.flatMap(partsOf).map(({ offset, length }) => ({ address: address -= length, length, offset }));
  }

  tellMapped(): void {
    for (const { address, length, offset } of this.#parts) {
      const place = `length = ${hex(length)}, offset = ${alternate(offset)}`;
      this.log.info("btt_mmap", `addr = ${hex(address)}, ${place}, page_offset = 0`);
    }
  }
  /** The first mapping is refused. */
  tellFailed(errno: Errno): Errno {
    const { length, offset } = this.#parts[0]!;
    this.log.info(
      "btt_mmap",
      `addr = ${FAILED}, length = ${hex(length)}, offset = ${alternate(offset)}, page_offset = 0`,
    );
    const place = `[sz = ${hex(length)}, off = ${alternate(offset)}]`;
    this.log.error("btt_create_mappings", `mmap arena[0].info ${place} failed: ${strerror(errno)}`);
    return errno;
  }
  tellUnmapped(): void {
    for (const { address, length } of this.#parts) {
      this.log.info("btt_unmap", `addr = ${hex(address)}, length = ${hex(length)}, page_offset = 0`);
    }
  }
}

const partsOf = ({ info, data, map, log, info2 }: CheckedArena) => [
  { offset: info, length: INFO_BLOCK_SIZE },
  { offset: data, length: map - data },
  { offset: map, length: log - map },
  { offset: log, length: info2 - log },
  { offset: info2, length: INFO_BLOCK_SIZE },
];
