/**
 * The levels of an EPT hierarchy: how a guest physical address splits into indices. Level 1 is the page table whose
 * entries map 4 KiB; each level up covers 512 times as much. Intel SDM vol. 3C, "EPT translation mechanism".
 */
import { GiB, KiB, MiB, TiB } from "../base/units.ts";

export type Level = 1 | 2 | 3 | 4 | 5;
/** Levels whose entries may map memory: 4 KiB, 2 MiB, 1 GiB. */
export type LeafLevel = 1 | 2 | 3;
/** log2 of the pages in a leaf, as Xen counts. */
export type Order = 0 | 9 | 18;

export const LEVELS: readonly Level[] = [1, 2, 3, 4, 5];
export const LEAF_LEVELS: readonly LeafLevel[] = [1, 2, 3];
export const ENTRIES = 512;
export const TABLE_BYTES = 4096;

/** By level; index 0 is no level. */
const SPAN: readonly number[] = [0, 4 * KiB, 2 * MiB, GiB, 512 * GiB, 256 * TiB];
const TABLE: Readonly<Record<Level, string>> = { 1: "PT", 2: "PD", 3: "PDPT", 4: "PML4", 5: "PML5" };

/** Bytes of guest memory behind one entry of a table at this level. */
export const spanOf = (level: Level): number => SPAN[level]!;
/** Bytes of guest memory behind a whole table at this level. */
export const tableSpanOf = (level: Level): number => SPAN[level]! * ENTRIES;
export const tableName = (level: Level): string => TABLE[level];
/** `PDPTE` for an entry of a PDPT. */
export const entryName = (level: Level): string => `${TABLE[level]}E`;

/** Rounding to an entry's span: a division by a power of two is exact, and much faster than a remainder of doubles. */
export const spanDown = (gpa: number, level: Level): number => Math.floor(gpa / SPAN[level]!) * SPAN[level]!;
export const spanUp = (gpa: number, level: Level): number => Math.ceil(gpa / SPAN[level]!) * SPAN[level]!;

export const indexOf = (gpa: number, level: Level): number => Math.floor(gpa / SPAN[level]!) % ENTRIES;
export const orderOf = (level: LeafLevel): Order => ((level - 1) * 9) as Order;
export const leafLevelOf = (order: Order): LeafLevel => (order / 9 + 1) as LeafLevel;
export const isLeafLevel = (level: Level): level is LeafLevel => level <= 3;
