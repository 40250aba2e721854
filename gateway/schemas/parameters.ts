import { z } from '@hono/zod-openapi'
import { LONGEST_WAIT_MS } from '../../infra/config/values.ts'
import { checkNewId, checkRecommendationId, checkTime, RESERVED } from '../../models/events/validation.ts'
import { MAX_SKIP } from '../engine/list.ts'
import { asSentence, plainWords } from '../wording.ts'

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
