import { setImmediate as yieldToRequests } from 'node:timers/promises'
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { messageOf, UnavailableError } from '../infra/errors.ts'
import type { Fault } from '../models/events/validation.ts'
import { faultsOf, invalidRequest, Problem, type ProblemKind, RETRY_LATER } from './problems.ts'
import { fault } from './schemas/answers.ts'
import { decodeUtf8 } from './utf8.ts'

export const NDJSON = 'application/x-ndjson'

/** Whether the body is lines of JSON, rather than one JSON text. */
export const isNdjson = (c: Context): boolean =>
  c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() === NDJSON

/** Lines that go onto the log together. */
const LINES_A_BATCH = 1_000
/** More rejected lines than these are counted, and no longer described. */
const MAX_DESCRIBED = 1_000
/** Of each line so many faults are told, and so many of all: a line that is one long list may have a million. */
const MAX_FAULTS_A_LINE = 20
const MAX_FAULTS = 5_000

/** What an answer says of lines, beside how many were accepted. */
export const lineOutcome = {
  rejectedCount: z.int().optional(),
  rejected: z
    .array(z.object({ line: z.int().openapi({ description: 'Counted from 1' }), errors: z.array(fault) }))
    .optional()
    .openapi({
      description: `The first ${MAX_DESCRIBED} lines that were not accepted, with at most ${MAX_FAULTS_A_LINE} faults of each and ${MAX_FAULTS} of all`,
    }),
}

interface LinesOutcome {
  readonly accepted: number
  readonly rejectedCount: number
  readonly rejected: { line: number; errors: Fault[] }[]
}

interface Ingestion<T> {
  /** Of one line. */
  readonly schema: z.ZodType<T>
  /** Bytes that the body may have. How many it has, nobody knows before it has come. */
  readonly maxBytes: number
  /** Must be durable when it resolves. */
  store(values: readonly T[]): Promise<void>
}

/**
 * Reads NDJSON as it comes and stores the lines that fit, batch by batch: the next one is read when the last is durable.
 * @throws Problem when no line fits, when the log stops answering on the way, or the body goes on for too long; it says up to which line nothing needs to
 * be sent again
 */
export async function ingestLines<T>(
  body: ReadableStream<Uint8Array> | null,
  { schema, maxBytes, store }: Ingestion<T>,
): Promise<LinesOutcome> {
  const rejected: LinesOutcome['rejected'] = []
  let told = 0
  let accepted = 0
  let rejectedCount = 0
  let batch: T[] = []
  let line = 0
  let storedUpTo = 0

  async function flush(): Promise<void> {
    try {
      if (batch.length > 0) await store(batch)
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      throw endedBy('unavailable', error.message, RETRY_LATER)
    }
    accepted += batch.length
    storedUpTo = line
    batch = []
  }

  function endedBy(kind: ProblemKind, why: string, headers = {}): Problem {
    const detail = `${why} Lines 1 to ${storedUpTo} are dealt with; send those after them again.`
    return new Problem(kind, detail, { headers, members: { accepted, storedUpTo, rejected } })
  }

  for await (const bytes of linesOf(body, maxBytes)) {
    if (bytes === undefined) {
      await flush()
      throw endedBy('too-large', `A body may have ${maxBytes} bytes: send it in parts.`)
    }
    if (++line % LINES_A_BATCH === 0) await yieldToRequests()
    const outcome = parseLine(bytes, schema)
    if (outcome === undefined) continue
    if ('value' in outcome) {
      batch.push(outcome.value)
      if (batch.length === LINES_A_BATCH) await flush()
    } else {
      rejectedCount++
      if (rejected.length === MAX_DESCRIBED || told === MAX_FAULTS) continue
      const errors = outcome.errors.slice(0, Math.min(MAX_FAULTS_A_LINE, MAX_FAULTS - told))
      rejected.push({ line, errors })
      told += errors.length
    }
  }
  await flush()
  if (accepted === 0) throw noneFits(line, rejectedCount, rejected)
  return { accepted, rejectedCount, rejected }
}

/** To who looks at the status alone, lines of which none was accepted are no success. */
function noneFits(lines: number, rejectedCount: number, rejected: LinesOutcome['rejected']): Problem {
  if (rejectedCount === 0)
    return invalidRequest([{ path: '', message: 'Expected at least one line that is not blank' }])
  const faults = rejected.flatMap(({ line, errors }) =>
    errors.map(({ path, message }) => ({ path: path === '' ? `line ${line}` : `line ${line}.${path}`, message })),
  )
  const { message, options } = invalidRequest(faults)
  const detail = `None of ${lines} lines was accepted. ${message}`
  return new Problem('invalid-request', detail, { ...options, members: { accepted: 0, rejectedCount, rejected } })
}

/** @returns undefined: the line is blank */
function parseLine<T>(bytes: Uint8Array, schema: z.ZodType<T>): { value: T } | { errors: Fault[] } | undefined {
  const text = decodeUtf8(bytes)
  if (text === undefined) return { errors: [{ path: '', message: 'Not UTF-8' }] }
  if (text.trim() === '') return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { errors: [{ path: '', message: `Not JSON: ${messageOf(error).toWellFormed()}` }] }
  }
  const { success, data, error } = schema.safeParse(json)
  return success ? { value: data } : { errors: faultsOf(error) }
}

const NEWLINE = 0x0a

/**
 * Split as bytes: in UTF-8 no other character holds a newline's, and one broken line does not spoil the next.
 * It ends with undefined where the body has more bytes than it may have.
 */
async function* linesOf(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): AsyncGenerator<Uint8Array | undefined> {
  let begun: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > maxBytes) return yield undefined
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end)
      yield begun.length === 0 ? last : Buffer.concat([...begun, last])
      begun = []
      start = end + 1
    }
    if (start < chunk.length) begun.push(chunk.subarray(start))
  }
  // After the newline of the last line there is no other one.
  if (begun.length > 0) yield Buffer.concat(begun)
}
