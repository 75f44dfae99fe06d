/** Seconds since 1970 as a date and time of the Gregorian calendar, UTC. */

export interface Moment {
  readonly year: number;
  /** 1 to 12, 1 to 31. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const DAY = 86400;
/** Days from 1 March of the year 0 to 1 January 1970; in 400 years; in 100, in 4 and in 1 without the leap day at the end. */
const EPOCH = 719468;
const [ERA, CENTURY, FOUR_YEARS, YEAR] = [146097, 36524, 1460, 365];

/** Years begin in March here, so that a leap day is the last of its year. */
export function calendar(seconds: number): Moment {
  const days = Math.floor(seconds / DAY) + EPOCH;
  const era = Math.floor(days / ERA);
  const dayOfEra = days - era * ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / FOUR_YEARS) + Math.floor(dayOfEra / CENTURY) - Math.floor(dayOfEra / (ERA - 1))) /
      YEAR,
  );
  const dayOfYear = dayOfEra - (YEAR * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Five months from March on have 153 days, whatever the year.
  const march = Math.floor((5 * dayOfYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const second = seconds - Math.floor(seconds / DAY) * DAY;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * march + 2) / 5) + 1,
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: Math.floor(second) % 60,
  };
}
