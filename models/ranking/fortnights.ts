import { HALF_LIVES_MS, NO_SUMS, sumAt } from './decay.ts'
import type { Fortnight, ItemStatistics } from './types.ts'

/**
 * Decayed counts of positives that can be withdrawn again.
 *
 * One sum would not do: beside a positive of today those of a year ago weigh less than its rounding, and nothing of them would
 * be left when it is withdrawn. So what was given in one fortnight is summed up by itself, as it weighs at the end of it, in
 * whole units: such sums are exact up to eight thousand positives a fortnight, in whatever order they come and go, and all but
 * exact beyond.
 */
const FORTNIGHT_MS = 14 * HALF_LIVES_MS[0]
/** Of what a positive weighs at its own time. The least that one weighs at the end of its fortnight, 2^−14, is 2^26 of them. */
const UNIT = 2 ** -40
/** So many of the latest in which positives stand are kept apart. What is before them is one sum. */
const KEPT_APART = 4

/** Fortnights, latest first, once one positive more (or, by −1, one that was counted before, less) stands. */
export function counted(fortnights: readonly Fortnight[], occurredAt: number, sign: 1 | -1): readonly Fortnight[] {
  const number = numberOf(occurredAt)
  const at = fortnights.findIndex((one) => numberOf(one.latest) <= number || one.isRest)
  const found = fortnights[at]
  const isOwn = found && (numberOf(found.latest) === number || occurredAt < found.latest)
  const after = withPositive(isOwn ? found : emptyFrom(number * FORTNIGHT_MS), occurredAt, sign)
  const all = fortnights.slice()
  all.splice(at < 0 ? all.length : at, isOwn ? 1 : 0, ...(after.positives > 0 ? [after] : []))
  return all.length > KEPT_APART + 1 ? foldLast(all) : all
}

/** What they come to together, as of the latest positive. */
export function summedUp(
  fortnights: readonly Fortnight[],
): Pick<ItemStatistics, 'positives' | 'decayed' | 'decayedAt'> {
  const decayedAt = fortnights[0]?.latest ?? 0
  const positives = fortnights.reduce((total, one) => total + one.positives, 0)
  return { positives, decayed: sumAt(decayedAt, fortnights.map(sumsOf)), decayedAt }
}

/** Statistics in which no fortnights are kept apart. */
export function asRest({ positives, decayed, decayedAt }: ItemStatistics): readonly Fortnight[] {
  if (positives === 0) return []
  const rest = { latest: decayedAt, positives, isRest: true }
  return [{ ...rest, decayed: sumAt(endOf(rest), [{ sums: decayed, of: decayedAt }]) }]
}

/** Counted from 1970 on. */
const numberOf = (time: number): number => Math.floor(time / FORTNIGHT_MS)
const endOf = ({ latest }: Pick<Fortnight, 'latest'>): number => (numberOf(latest) + 1) * FORTNIGHT_MS
const sumsOf = (one: Fortnight) => ({ sums: one.decayed, of: endOf(one) })

const emptyFrom = (start: number): Fortnight => ({ latest: start, positives: 0, decayed: NO_SUMS, isRest: false })

function withPositive(fortnight: Fortnight, occurredAt: number, sign: 1 | -1): Fortnight {
  const { latest, positives, isRest } = fortnight
  const end = endOf(fortnight)
  const decayed = fortnight.decayed.map((sum, i) => {
    const weight = 2 ** ((occurredAt - end) / (HALF_LIVES_MS[i] as number))
    return Math.max(0, sum + sign * Math.round(weight / UNIT) * UNIT)
  })
  const standing = sign > 0 ? Math.max(latest, occurredAt) : latestLeft(fortnight, decayed)
  return { latest: standing, positives: positives + sign, decayed, isRest }
}

/**
 * What was withdrawn may have been the latest. Any that stands weighs no more than the sum, and so is no later than one that
 * weighs as much would be: with n of them up to log2(n) days later than the latest.
 */
function latestLeft(fortnight: Fortnight, [overDay]: readonly number[]): number {
  const end = endOf(fortnight)
  const bound = Math.ceil(end + HALF_LIVES_MS[0] * Math.log2((overDay ?? 0) + UNIT))
  return Math.max(end - FORTNIGHT_MS, Math.min(fortnight.latest, bound))
}

/** The last two as one, at the end of the later one. */
function foldLast(fortnights: readonly Fortnight[]): readonly Fortnight[] {
  const [later, earlier] = fortnights.slice(-2) as [Fortnight, Fortnight]
  const decayed = sumAt(endOf(later), [sumsOf(later), sumsOf(earlier)])
  const rest = { latest: later.latest, positives: later.positives + earlier.positives, decayed, isRest: true }
  return [...fortnights.slice(0, -2), rest]
}
