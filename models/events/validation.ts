import type { Item, Measurement, RatingEvent, RatingScale, Served, UserErased } from './types.ts'

/** What is wrong with one part of an event. */
export interface Fault {
  /** Where: "value", "attributes.color" */
  readonly path: string
  readonly message: string
}

const MAX_ID_LENGTH = 128
const MAX_TITLE_LENGTH = 1_000
const MAX_GENRES = 100
const MAX_ATTRIBUTES_BYTES = 16 << 10
/** End of the year 2299, up to which ClickHouse keeps times. */
const LAST_TIME = Date.UTC(2300, 0) - 1
/** Clocks differ; a rating from further ahead would stay the latest for too long. */
const MAX_AHEAD_MS = 5 * 60_000
/** By which the clock of who takes an event in may be ahead of the log's. Whoever is further ahead must not acknowledge anything. */
export const MAX_SKEW_MS = 5 * 60_000
const YEARS = { min: 0, max: 9999 }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/**
 * Control characters, lone surrogates, line separators, and what will never be a character. Format characters stay: emoji are
 * joined by them. So do unassigned ones, which the next version of Unicode may assign: two processes must not disagree.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u
/** `.` and `..` vanish from paths; the words are routes beside items. */
export const RESERVED = { user: ['.', '..'], item: ['.', '..', 'popular', 'trending', 'top-rated', 'similar'] }

/** @returns what is wrong with the id of a user or an item, if anything */
export function checkId(kind: 'user' | 'item', id: unknown): string | undefined {
  if (typeof id !== 'string') return 'expected a string'
  if (id.length === 0) return 'is empty'
  if (isLonger(id, MAX_ID_LENGTH)) return `is longer than ${MAX_ID_LENGTH} characters`
  if (UNPRINTABLE.test(id)) return 'holds a character that is not printable'
  if (RESERVED[kind].includes(id)) return `'${id}' is reserved`
  return undefined
}

/** The same of an id that is asked about or comes from outside: one that is blank was let onto the log once, and stays readable there. */
export const checkNewId = (kind: 'user' | 'item', id: string): string | undefined =>
  checkId(kind, id) ?? (id.trim() === '' ? 'is blank' : undefined)

/** @returns what is wrong with the time of an event, if anything. @param now ms since 1970: the time of arrival */
export function checkTime(time: number, now: number, maxAheadMs = MAX_AHEAD_MS): string | undefined {
  if (!isTime(time)) return 'expected a time from 1970 to 2299, in ms or ISO 8601'
  return time > now + maxAheadMs ? `lies more than ${maxAheadMs / 60_000} minutes ahead` : undefined
}

const isTime = (time: number): boolean => Number.isInteger(time) && time >= 0 && time <= LAST_TIME

export const checkRecommendationId = (text: string): string | undefined => checkText(text, MAX_ID_LENGTH)

export const checkTitle = (title: string): string | undefined => checkText(title, MAX_TITLE_LENGTH)

export function checkGenre(genre: string): string | undefined {
  if (checkText(genre, MAX_ID_LENGTH) === undefined && !genre.includes('|')) return undefined
  return `expected 1 to ${MAX_ID_LENGTH} printable characters other than |`
}

export function checkYear(year: number): string | undefined {
  if (Number.isInteger(year) && year >= YEARS.min && year <= YEARS.max) return undefined
  return `expected a whole number from ${YEARS.min} to ${YEARS.max}`
}

export function checkPoster(text: string): string | undefined {
  const isWebAddress = text.length <= 2_048 && /^https?:$/.test(URL.parse(text)?.protocol ?? '')
  return isWebAddress ? undefined : 'expected an http or https address'
}

export function checkAttributes(attributes: Item['attributes']): string | undefined {
  const isLarge = Buffer.byteLength(JSON.stringify(attributes)) > MAX_ATTRIBUTES_BYTES
  return isLarge ? `more than ${MAX_ATTRIBUTES_BYTES} bytes as JSON` : undefined
}

/**
 * Checks a rating against the scale of its log.
 * @param now  ms since 1970: the time of arrival, or of the append when it is read back
 */
export function checkRating(event: RatingEvent, scale: RatingScale, now: number, maxAheadMs = MAX_AHEAD_MS): Fault[] {
  const { value } = event
  const inScale = value === null || (Number.isFinite(value) && value >= scale.min && value <= scale.max)
  return found([
    ['userId', checkId('user', event.userId)],
    ['itemId', checkId('item', event.itemId)],
    ['value', inScale ? undefined : `expected a number from ${scale.min} to ${scale.max}`],
    ['eventId', checkEventId(event.eventId)],
    ['occurredAt', checkTime(event.occurredAt, now, maxAheadMs)],
    ['recommendationId', event.recommendationId === null ? undefined : checkRecommendationId(event.recommendationId)],
  ])
}

/** Checks an item on its way to the log. */
export function checkItem(item: Item): Fault[] {
  const { title, genres, year, poster, attributes } = item
  return found([
    ['itemId', checkId('item', item.itemId)],
    ['title', checkTitle(title)],
    ['genres', genres.length > MAX_GENRES ? `more than ${MAX_GENRES}` : undefined],
    ...genres.map((genre, i) => [`genres[${i}]`, checkGenre(genre)] as const),
    ['year', year === null ? undefined : checkYear(year)],
    ['poster', poster === null ? undefined : checkPoster(poster)],
    ['attributes', checkAttributes(attributes)],
    ['updatedAt', isTime(item.updatedAt) ? undefined : 'expected a time from 1970 to 2299, in ms'],
  ])
}

/** Checks an event of topic `ratings` that was read back: other programs may write to the log, by whose clock it was appended. */
export function checkEvent(event: RatingEvent | UserErased, scale: RatingScale, appendedAt: number): Fault[] {
  const maxAheadMs = MAX_AHEAD_MS + MAX_SKEW_MS
  if (event.type === 'rating') return checkRating(event, scale, appendedAt, maxAheadMs)
  return found([
    ['userId', checkId('user', event.userId)],
    ['eventId', checkEventId(event.eventId)],
    ['occurredAt', checkTime(event.occurredAt, appendedAt, maxAheadMs)],
  ])
}

/** Checks a list that was answered, as it is read back. */
export function checkServed(event: Served, appendedAt: number): Fault[] {
  const { userId, itemIds, propensities } = event
  const isFit = propensities === null || propensities.length === itemIds.length
  return found([
    ['recommendationId', checkRecommendationId(event.recommendationId)],
    ['userId', userId === '' ? undefined : checkId('user', userId)],
    ...itemIds.map((itemId, i) => [`itemIds[${i}]`, checkId('item', itemId)] as const),
    ['strategy', checkText(event.strategy, MAX_ID_LENGTH)],
    ['generation', event.generation === '' ? undefined : checkText(event.generation, MAX_ID_LENGTH)],
    ['propensities', isFit ? undefined : 'expected one for each item'],
    ['firstPosition', event.firstPosition >= 1 ? undefined : 'expected 1 or more'],
    ['occurredAt', checkTime(event.occurredAt, appendedAt, MAX_AHEAD_MS + MAX_SKEW_MS)],
  ])
}

/** The same of a measurement. */
export function checkMeasurement(event: Measurement, appendedAt: number): Fault[] {
  return found([
    ['metric', checkText(event.metric, MAX_ID_LENGTH)],
    ['variant', checkText(event.variant, MAX_ID_LENGTH)],
    ['generation', checkText(event.generation, MAX_ID_LENGTH)],
    ['value', Number.isFinite(event.value) ? undefined : 'expected a finite number'],
    ['weight', event.weight >= 0 && Number.isFinite(event.weight) ? undefined : 'expected a number from 0'],
    ['occurredAt', checkTime(event.occurredAt, appendedAt, MAX_AHEAD_MS + MAX_SKEW_MS)],
  ])
}

/** @returns the faults as one text, undefined for none */
export function inWords(faults: readonly Fault[]): string | undefined {
  return faults.length === 0 ? undefined : faults.map(({ path, message }) => `${path}: ${message}`).join('; ')
}

export function checkEventId(eventId: string): string | undefined {
  return UUID.test(eventId) ? undefined : 'expected a UUID'
}

function checkText(text: string, maxLength: number): string | undefined {
  if (text.length === 0) return 'is empty'
  if (isLonger(text, maxLength)) return `is longer than ${maxLength} characters`
  return UNPRINTABLE.test(text) ? 'holds a character that is not printable' : undefined
}

/** In characters, of which none takes less than one unit: they need be counted in long texts only. */
function isLonger(text: string, maxLength: number): boolean {
  return text.length > maxLength && [...text].length > maxLength
}

function found(checks: readonly (readonly [path: string, message: string | undefined])[]): Fault[] {
  return checks.flatMap(([path, message]) => (message === undefined ? [] : [{ path, message }]))
}
