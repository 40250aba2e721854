/** 100836 as 100,836; three digits of what is not whole. */
export const inDigits = (value: number): string =>
  value.toLocaleString('en', Number.isInteger(value) ? {} : { maximumSignificantDigits: 3 })

/** For axes: 20K, 1.5M. */
export const inShort = (value: number): string =>
  value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** A mean of ratings: two places, as stars have halves. */
export const inPlaces = (value: number): string => value.toFixed(2)

/** A share of 1 in percent, in three digits. */
export const inPercent = (share: number): string => {
  const digits = share === 0 ? 1 : 3
  return `${(100 * share).toLocaleString('en', { minimumSignificantDigits: digits, maximumSignificantDigits: digits })} %`
}

export const dayOf = (time: string | null): string => time?.slice(0, 10) ?? 'never'

export const rangeOf = ({ from, to }: { from: number; to: number }): string =>
  from === to ? inDigits(from) : `${inDigits(from)}–${inDigits(to)}`

export const QUANTILE_NAMES = {
  min: 'fewest',
  p10: '10 %',
  p25: '25 %',
  median: 'half',
  p75: '75 %',
  p90: '90 %',
  p99: '99 %',
  max: 'most',
} as const
