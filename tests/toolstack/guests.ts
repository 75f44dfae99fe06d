/** Guests made through the toolstack itself, without xl. */
import { type Result } from "neverthrow";
import {
  type Created,
  type CreateFailure,
  type CreateFault,
  type Handover,
  type Toolstack,
} from "../../src/toolstack/mod.ts";
import { uuidOf } from "./story.ts";

export interface Asked {
  readonly vnvdimms?: readonly string[];
  readonly settings?: string;
  readonly volatile?: boolean;
  readonly handover?: Handover;
}

/** Guest N of 128 MiB. */
export function create(
  toolstack: Toolstack,
  n: number,
  { vnvdimms = [], settings = "", volatile = false, handover }: Asked = {},
): Result<Created, CreateFailure> {
  const list = vnvdimms.map((spec) => `'${spec}'`).join(", ");
  const text = `name = 'g${n}'\nuuid = '${
    uuidOf(n)
  }'\ntype = 'hvm'\nmemory = 128\nvnvdimms = [ ${list} ]\n${settings}\n`;
  const { config } = toolstack.parseConfig(text, `g${n}.cfg`)._unsafeUnwrap();
  return toolstack.create({ config, text, source: `g${n}.cfg` }, { paused: false, volatile, handover });
}

/** The fault that keeps guest N from being made. */
export const refusedFor = (toolstack: Toolstack, n: number, asked: Asked): CreateFault =>
  create(toolstack, n, asked)._unsafeUnwrapErr().fault;
