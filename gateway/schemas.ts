import { z } from '@hono/zod-openapi'
import { LONGEST_WAIT_MS } from '../infra/config.ts'
import type { RebuildRecord } from '../infra/model-store/port.ts'
import { checkNewId, checkRecommendationId, checkTime, RESERVED } from '../models/events/validation.ts'
import { MAX_SKIP } from './engine/list.ts'
import type { Trouble } from './health.ts'
import { PROBLEMS, type ProblemKind } from './problems.ts'
import { asSentence, plainWords } from './wording.ts'

// As a language is set: for every schema that has no words of its own.
z.config({ localeError: plainWords })

/**
 * A schema that also asks a rule of the log: what is accepted here must not end among the dead letters. Each field asks its
 * own, since zod would ask rules of the whole only once every field has its type.
 */
export const ruled = <S extends z.ZodType>(schema: S, check: (value: z.output<S>) => string | undefined): S =>
  schema.superRefine((value, context) => {
    const message = check(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message: asSentence(message) })
  })

/** For a class of characters in a pattern. */
const UNPRINTABLE = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ufdd0-\\ufdef\\ufffe\\uffff'
const BLANK = ' \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\ufeff'

/** For `openapi()`: what a pattern can say of printable text, which is all but the noncharacters beyond U+FFFF. */
export const printable = (minLength: number, maxLength: number, butNot = '') => ({
  minLength,
  maxLength,
  pattern: `^[^${butNot}${UNPRINTABLE}]*$`,
})

/** Text of so many characters: those of Unicode, as JSON Schema counts them, where `length` counts UTF-16's units. */
export const text = (min: number, max: number) =>
  ruled(z.string(), (value) => {
    const { length } = [...value]
    return length >= min && length <= max ? undefined : `Expected ${min} to ${max} characters, not ${length}`
  }).openapi({ minLength: min, maxLength: max })

const id = (kind: 'user' | 'item', description: string) =>
  ruled(z.string(), (text) => checkNewId(kind, text)).openapi({
    description,
    ...printable(1, 128),
    pattern: `^[^${UNPRINTABLE}]*[^${UNPRINTABLE}${BLANK}][^${UNPRINTABLE}]*$`,
    not: { enum: [...RESERVED[kind]] },
  })

export const userId = id('user', 'Chosen by you')
export const itemId = id('item', 'Chosen by you; not `popular`, `trending`, `top-rated` or `similar`')

/** A path parameter. */
export const inPath = <N extends string, S extends z.ZodType>(name: N, schema: S) =>
  schema.openapi({ param: { name, in: 'path', required: true } })

/** The same schema, by the type that a client may give it: what stands in a query as text is a number or a list to who asks. */
const givenAs =
  <I>() =>
  <S extends z.ZodType>(schema: S) =>
    schema as unknown as z.ZodType<z.output<S>, I>

/** A whole number in the query. @param advice  what to do where it is too great */
function wholeNumber(min: number, max: number, otherwise: number, advice = '') {
  const message = `Expected a whole number from ${min} to ${max}${advice}`
  const number = z
    .string(message)
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
  return givenAs<number | string>()(number)
    .default(otherwise)
    .openapi({ type: 'integer', minimum: min, maximum: max, default: otherwise })
}

/** How many are wanted. @param otherwise  unless another number is given */
const limitBy = (otherwise: number) => wholeNumber(1, 1000, otherwise)

/** Which part of a list is wanted. @param limit  unless another one is given */
export const pagingBy = (limit: number) => ({
  limit: limitBy(limit),
  skip: wholeNumber(0, Number.MAX_SAFE_INTEGER, 0),
})

export const paging = pagingBy(10)

const DEEPER = 'a genre or a filter brings up what stands further down'
/** Ends what is said of a `skip` that is too great. */
export const SKIP_ADVICE = `: ${DEEPER}`
export const SKIP = { description: `Items of the list before those that are told; ${DEEPER}` }

/** The same of a list of items by their scores, which is not told to its end. */
export const listPaging = {
  limit: limitBy(10),
  skip: wholeNumber(0, MAX_SKIP, 0, SKIP_ADVICE).openapi(SKIP),
}

export const genre = text(1, 256).optional().openapi({ description: 'Only items of this genre, in any case' })

/** A parameter that may be given several times, but no oftener. */
export const repeatedUpTo = <S extends z.ZodType>(schema: S, max: number) =>
  givenAs<z.input<S> | z.input<S>[]>()(
    z.preprocess(
      (value) => (value === undefined ? undefined : [value].flat()),
      z.array(schema).max(max, `Expected at most ${max}`),
    ),
  )

/** A parameter that may be given several times. */
export const repeated = <S extends z.ZodType>(schema: S) =>
  givenAs<z.input<S> | z.input<S>[]>()(z.preprocess((value) => [value].flat(), z.array(schema))).default([])

export const flag = givenAs<boolean | 'true' | 'false'>()(
  z.enum(['true', 'false']).transform((text) => text === 'true'),
)
  .default(false)
  .openapi({ type: 'boolean', default: false })

export const waitMs = wholeNumber(0, LONGEST_WAIT_MS, 1_000)

const TIME = 'ISO 8601 with a zone, or milliseconds since 1970'

/** Numbers that are rather seconds from 2001 on than milliseconds of 1970 to 1973: counts of days or steps are smaller. */
const SECONDS = { from: 1e9, to: 1e11 }
const looksLikeSeconds = (time: number): boolean => time >= SECONDS.from && time < SECONDS.to

const milliseconds = z
  .number()
  .refine((time) => !looksLikeSeconds(time), {
    error: 'Expected milliseconds, and this looks like seconds: give it times 1,000, or a time before 1973 as ISO 8601',
  })
  .openapi({
    type: 'integer',
    minimum: 0,
    not: { type: 'integer', minimum: SECONDS.from, maximum: SECONDS.to - 1 },
  })

/** ms since 1970, from a number or from ISO 8601 with a zone. */
export const timestamp = ruled(
  z.union(
    [milliseconds, z.iso.datetime({ offset: true, error: `Expected ${TIME}` }).transform((text) => Date.parse(text))],
    { error: `Expected ${TIME}` },
  ),
  (time) => checkTime(time, Date.now()),
).openapi({ description: TIME, example: '2026-01-31T12:00:00Z' })

/** In either case the same event: ClickHouse reads them so. */
export const eventId = z.uuid().toLowerCase()
export const recommendationId = ruled(z.string(), checkRecommendationId).openapi(printable(1, 128))

export const token = z.string().openapi({
  description: 'Opaque: give it as `after` to a read that is to show what was written',
  maxLength: 512,
})

const itemDetails = {
  itemId: z.string(),
  title: z.string().optional(),
  genres: z.array(z.string()).optional(),
  year: z.int().optional(),
  poster: z.string().optional(),
}

export const reason = z
  .object({
    itemId: z.string(),
    contribution: z.number().openapi({ description: 'Part of the score' }),
    title: z.string().optional(),
  })
  .openapi('Reason')

export const listedItem = z
  .object({
    ...itemDetails,
    score: z.number().openapi({ description: 'A preference, not stars; comparable within one answer' }),
    attributes: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .optional()
      .openapi({ description: 'Those that `attributes` asked for and that the item has' }),
    isNew: z.literal(true).optional().openapi({
      description: 'The model has not seen the item yet: its factors come from its raters, or from items of its genres',
    }),
    reasons: z.array(reason).optional().openapi({
      description:
        'The strongest five, where `explain` asked for them: with the first hundred items of an answer, with fewer where a group has very many ratings, and on a later page as long as the model and the ratings that made the list stand',
    }),
    reasonsLeft: z.number().optional().openapi({
      description: 'What all other ratings contribute together: with `reasons` it sums to the score',
    }),
  })
  .openapi('ListedItem')

/** An item in a list that has no scores. */
export const shownItem = z.object(itemDetails)

export const list = z
  .object({
    recommendationId: z.string(),
    items: z.array(listedItem),
    strategy: z.enum(['fold-in', 'similar', 'trending', 'popular', 'top-rated']),
    generation: z.string().nullable().openapi({ description: 'The model that was served; null before the first' }),
    ignored: z.array(z.string()).optional().openapi({
      description: 'Item ids that were named and that nobody knows; of pins also those that are hidden',
    }),
    unknownUserIds: z.array(z.string()).optional().openapi({
      description: 'Members of the group of whom nothing is known: the list is for the others',
    }),
    isStale: z.literal(true).optional().openapi({
      description: 'The user state does not answer: the list goes by what it last said of the user, or by nothing',
    }),
  })
  .openapi('List')

const searched = z.enum(['regularization', 'unobservedWeight'])
const tuning = z
  .object({
    regularization: z.number(),
    unobservedWeight: z.number(),
    search: z.array(searched).openapi({ description: 'Which were searched; the other one was given' }),
    metric: z.string().openapi({ description: 'The figure that chose, on the held-out pairs of the search' }),
    figure: z.number(),
    start: z.object({ regularization: z.number(), unobservedWeight: z.number(), figure: z.number() }),
    runs: z.int(),
    pairs: z.int(),
    seconds: z.number(),
    end: z.enum(['complete', 'budget', 'stopped']),
  })
  .openapi('Tuning', { description: 'The search that chose the hyper-parameters' })

/** A schema with a name, or null: `nullable` would make null of whatever has that name. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])

export const lastTuning = orNull(tuning)

const comparison = z
  .object({
    live: z.string().openapi({ description: 'The model that was live' }),
    metric: z.string(),
    figure: z.number(),
    liveFigure: z.number().openapi({ description: 'Of the live model, on the same pairs' }),
    standardError: z.number().openapi({ description: 'Of the difference, paired by user' }),
    users: z.int(),
    pairs: z.int().openapi({ description: 'Held-out pairs that both know' }),
    tolerance: z.number().optional().openapi({ description: 'So many standard errors worse are put down to chance' }),
    verdict: z.enum(['sound', 'worse', 'forced', 'too-few-users']),
  })
  .openapi('Comparison', { description: 'How the model did beside the one that was live when it was made' })

export const generationInfo = z
  .object({
    id: z.string(),
    createdAt: z.iso.datetime(),
    isActive: z.boolean(),
    notServed: z
      .string()
      .optional()
      .openapi({ description: 'Why it is not served, where it is newer or was held back' }),
    hyperParameters: z.record(z.string(), z.number().optional()),
    metrics: z.record(z.string(), z.number()).openapi({ description: 'Figures on the held-out pairs' }),
    users: z.int(),
    items: z.int(),
    ratings: z.int(),
    watermark: z.array(z.int()).openapi({ description: 'First offset of each partition that training did not see' }),
    trainSeconds: z.number(),
    epochsRun: z.int(),
    tuning: tuning.optional(),
    comparison: comparison.optional(),
    bytes: z.int(),
    sha256: z.string(),
  })
  .openapi('Generation')

export const rebuild = z
  .object({
    id: z.string(),
    requestedAt: z.iso.datetime(),
    reason: z.enum(['demand', 'schedule', 'first-model', 'tuning']),
    status: z.enum(['requested', 'running', 'published', 'held-back', 'skipped', 'failed']).openapi({
      description: '`held-back`: the model is kept, but not served, since it is worse than the live one',
    }),
    progress: z.string(),
    generation: z.string().optional(),
    again: z.literal(true).optional().openapi({ description: 'Another one follows: it was asked for meanwhile' }),
    force: z.literal(true).optional().openapi({ description: 'What comes of it is served even if it is worse' }),
    forceAgain: z.literal(true).optional().openapi({ description: 'So is what comes of the one that follows' }),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Rebuild')

export function rebuildAnswer({
  requestedAt,
  updatedAt,
  generation,
  ...record
}: RebuildRecord): z.output<typeof rebuild> {
  const times = { requestedAt: new Date(requestedAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() }
  return { ...record, ...times, ...(generation === undefined ? {} : { generation }) }
}

export const pointer = z.object({ active: z.string().nullable(), pinned: z.boolean() }).openapi('Pointer')

export const trouble = z.object({ part: z.string(), since: z.iso.datetime(), message: z.string() }).openapi('Trouble')

export function troubleAnswer({ part, since, message }: Trouble): z.output<typeof trouble> {
  return { part, since: new Date(since).toISOString(), message }
}

export const fault = z.object({
  path: z.string().openapi({ description: 'Such as `[3].value`; empty: the whole' }),
  message: z.string(),
})

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(fault).optional(),
  })
  .openapi('Problem')

/**
 * A list whose length is looked at before its elements are: a body of 8 MiB can hold millions of them, and as many faults.
 */
export const shortList = <S extends z.ZodType>(schema: S, max: number, min = 0) =>
  givenAs<z.input<S>[]>()(
    z.preprocess(
      (list, context) => {
        if (!Array.isArray(list) || list.length <= max) return list
        context.addIssue({ code: 'custom', message: `Expected at most ${max}, not ${list.length}` })
        return z.NEVER
      },
      z.array(schema).min(min, `Expected at least ${min}`).openapi({ maxItems: max }),
    ),
  )

/** One of them, or a list: accepted whole or not at all. */
export const oneOrMany = <S extends z.ZodType>(schema: S, max: number) =>
  z.union([schema, shortList(schema, max, 1)], { error: 'Expected an object, or a list of objects' })

/** What a key may be allowed. A key has exactly the scopes that it lists; none implies another. */
export const SCOPES = ['ingest', 'read', 'erase', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Any of these scopes lets a key through to a route; for `security`, and access.ts asks for it. */
export const needs = (...scopes: Scope[]) => scopes.map((scope) => ({ key: [scope] }))

/**
 * Beside `needs`, for `security` of what the pages ask for: the cookie of a page lets through as well, to what is one's own (routes
 * under `/v1/users/{userId}`), or to what is the same for everybody.
 */
export const ownByCookie = { session: ['own'] }
export const anyByCookie = { session: ['any'] }

/** A JSON answer, for `responses`. */
export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

type Status = (typeof PROBLEMS)[ProblemKind]['status']
const problemAnswer = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
})

/** What a route answers that takes nothing but a parameter which it does not have. */
export const badRequest = { 400: problemAnswer(PROBLEMS['invalid-request'].title) }

/** Those that any route may answer which needs a key. */
const ANYWHERE = [401, 403, 421, 429, 431, 500, 503] as const

/** The failures that a route may answer, for `responses`; those that any may answer are among them. */
export function refusals<S extends Status = never>(...statuses: S[]) {
  const answers = [...statuses, ...ANYWHERE].map((status) => {
    const titles = Object.values(PROBLEMS)
      .filter((kind) => kind.status === status)
      .map(({ title }) => title)
    return [status, problemAnswer(titles.join('; or: '))]
  })
  return Object.fromEntries(answers) as Record<S | (typeof ANYWHERE)[number], ReturnType<typeof problemAnswer>>
}
