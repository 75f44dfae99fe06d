/** Functions of the root device: address range scrub (1-4), SPA translation (5) and error injection (7-9); dsm.md section 5. */
import {
  ARS_OVERFLOW,
  ARS_RECORD,
  ARS_RETURN_PREVIOUS,
  ARS_STATE,
  ARS_STATUS_HEAD,
  ARS_TYPE,
  arsCapabilitiesAnswer,
  arsCapabilitiesInput,
  clearErrorAnswer,
  clearErrorInput,
  clearInjectedInput,
  DSM_STATUS,
  encodeArsStatus,
  encodeInjectStatus,
  encodeTranslation,
  injectErrorInput,
  ROOT_FUNCTION,
  startArsAnswer,
  startArsInput,
  statusOnly,
  translateSpaInput,
} from "../acpi/mod.ts";
import { exactNumber } from "../base/quantity.ts";
import { intersection, type Range, range } from "../base/range.ts";
import { addPoison, poisonOf, removePoison } from "./poison.ts";
import { decoderOf, locate } from "./spa_decoder.ts";
import { type MachineFacts, type MachineState, type Poison } from "./state.ts";

/** The most records that one status answer carries, as the kernel's own test firmware has it. */
const MAX_RECORDS = 170;
const SCRUB_SECONDS = 1;
/** Option of an injection: the error is known at once, as one that was met. */
const INJECT_NOTIFY = 1;
/** `DSM_STATUS` of an address that is no memory: translate's own code (ndctl `libndctl-nfit.h`). */
const INVALID_SPA = 2;

/** Undefined where the root device has no such function. */
export function answerRoot(
  state: MachineState,
  facts: MachineFacts,
  fn: number,
  input: Uint8Array,
  zero: (r: Range) => void,
): Uint8Array | undefined {
  const bad = statusOnly(DSM_STATUS.invalidInput);
  switch (fn) {
    case ROOT_FUNCTION.arsCapabilities:
      return arsCapabilitiesInput.decode(input).match(() => capabilities(facts), () => bad);
    case ROOT_FUNCTION.startArs: {
      const asked = startArsInput.decode(input).unwrapOr(undefined);
      const window = asked && rangeOf(asked);
      return window ? startScrub(state, window, asked.flags) : bad;
    }
    case ROOT_FUNCTION.arsStatus:
      return scrubStatus(state);
    case ROOT_FUNCTION.clearError:
      return withRange(clearErrorInput.decode(input).unwrapOr(undefined), (r) => clearError(state, facts, r, zero));
    case ROOT_FUNCTION.translateSpa:
      return translateSpaInput.decode(input).match(({ spa }) => translate(state, spa), () => bad);
    case ROOT_FUNCTION.injectError:
      return injectErrorInput.decode(input).match((asked) =>
        withRange(asked, (r) => {
          addPoison(state, poisonIn(r));
          if ((asked.options & INJECT_NOTIFY) !== 0) state.poison.set("scrub", [...known(state), poisonIn(r)]);
          return statusOnly(DSM_STATUS.success);
        }), () => bad);
    case ROOT_FUNCTION.clearInjected:
      return withRange(clearInjectedInput.decode(input).unwrapOr(undefined), (r) => {
        removePoison(state, r);
        return statusOnly(DSM_STATUS.success);
      });
    case ROOT_FUNCTION.injectStatus:
      return encodeInjectStatus({ status: DSM_STATUS.success, records: poisonOf(state).map(record) });
    default:
      return undefined;
  }
}

interface Area {
  readonly address: bigint;
  readonly length: bigint;
}

/** Undefined where the area does not fit the machine's addresses. */
function rangeOf({ address, length }: Area): Range | undefined {
  const start = exactNumber(address);
  const end = exactNumber(address + length);
  return start === undefined || end === undefined || start === end ? undefined : { start, end };
}

function withRange(area: Area | undefined, act: (r: Range) => Uint8Array): Uint8Array {
  const r = area && rangeOf(area);
  return r ? act(r) : statusOnly(DSM_STATUS.invalidInput);
}

const poisonIn = (r: Range): Poison => ({ start: r.start, length: r.end - r.start });
const record = (p: Poison): Area => ({ address: BigInt(p.start), length: BigInt(p.length) });

const capabilities = (facts: MachineFacts): Uint8Array =>
  arsCapabilitiesAnswer.encode({
    status: ARS_TYPE.persistent * 0x10000,
    maxStatusOutput: ARS_STATUS_HEAD + MAX_RECORDS * ARS_RECORD,
    clearUnit: facts.root.clearErrorUnit,
  });

/** A scrub is over at once here, whatever it says it takes; what it found is kept until the next over the same addresses. */
function startScrub(state: MachineState, window: Range, flags: number): Uint8Array {
  if ((flags & ARS_RETURN_PREVIOUS) === 0) {
    const found = poisonOf(state).flatMap((p) => intersection(range(p.start, p.length), window) ?? []);
    const others = known(state).filter((p) => !intersection(range(p.start, p.length), window));
    state.poison.set("scrub", [...others, ...found.map(poisonIn)]);
  }
  state.poison.set("window", [poisonIn(window)]);
  return startArsAnswer.encode({ scrubSeconds: SCRUB_SECONDS });
}

/** Errors that a scrub or a notification has made known. */
const known = (state: MachineState): readonly Poison[] => state.poison.get("scrub") ?? [];

function scrubStatus(state: MachineState): Uint8Array {
  const [window] = state.poison.get("window") ?? [];
  const blank = { restartAddress: 0n, restartLength: 0n, flags: 0, records: [] };
  if (!window) {
    return encodeArsStatus({ ...blank, status: ARS_STATE.none * 0x10000, address: 0n, length: 0n, type: 0 });
  }
  const seen = range(window.start, window.length);
  const all = known(state).filter((p) => intersection(range(p.start, p.length), seen));
  const found = all.slice(0, MAX_RECORDS);
  return encodeArsStatus({
    ...blank,
    ...record(window),
    status: DSM_STATUS.success,
    type: ARS_TYPE.persistent,
    flags: all.length > found.length ? ARS_OVERFLOW : 0,
    records: found.map((p) => ({ ...record(p), handle: locate(decoderOf(state), p.start)?.handle ?? 0 })),
  });
}

/** The bytes that could not be read are zeroes afterwards (model section 6). */
function clearError(state: MachineState, facts: MachineFacts, r: Range, zero: (r: Range) => void): Uint8Array {
  const unit = facts.root.clearErrorUnit;
  if (r.start % unit !== 0 || r.end % unit !== 0) return statusOnly(DSM_STATUS.invalidInput);
  const bad = poisonOf(state).flatMap((p) => intersection(range(p.start, p.length), r) ?? []);
  removePoison(state, r);
  bad.forEach(zero);
  return clearErrorAnswer.encode({ cleared: BigInt(r.end - r.start) });
}

function translate(state: MachineState, raw: bigint): Uint8Array {
  const spa = exactNumber(raw);
  const place = spa === undefined ? undefined : locate(decoderOf(state), spa);
  if (!place) return statusOnly(INVALID_SPA);
  const devices = [{ handle: place.handle, dpa: BigInt(place.dpa) }];
  return encodeTranslation({ status: DSM_STATUS.success, flags: 0, translatedLength: BigInt(place.run), devices });
}
