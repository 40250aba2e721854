import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'
import {
  CorruptGenerationError,
  messageOf,
  UnavailableError,
  UnknownChartError,
  UnknownDeadLetterError,
  UnknownGenerationError,
} from '../infra/errors.ts'
import type { Logger } from '../infra/logging.ts'
import type { Fault } from '../models/events/validation.ts'

/** Every kind of failure that an answer may tell. The reference page lists them; `type` links there. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request does not have the form that is expected' },
  'broken-off': { status: 400, title: 'The request ended before its body did' },
  'broken-json': { status: 400, title: 'The body is not JSON' },
  'broken-http': { status: 400, title: 'This is not HTTP' },
  'not-utf8': { status: 400, title: 'The request is not UTF-8' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  forbidden: { status: 403, title: 'The key does not open this' },
  'cross-site': { status: 403, title: 'Another site may not write here' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This path does not answer that method' },
  'too-slow': { status: 408, title: 'The request did not arrive in time' },
  'other-log': { status: 409, title: 'The token belongs to another log' },
  damaged: { status: 409, title: 'The model is damaged' },
  gone: { status: 410, title: 'What was there is there no longer' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type of the body is not one that is read here' },
  'other-host': { status: 421, title: 'This host name is not answered here' },
  'too-many-requests': { status: 429, title: 'The API key is used more often than it may be' },
  'headers-too-large': { status: 431, title: 'Path and headers are too large' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'A store does not answer, or too much is asked for at once' },
  'out-of-time': { status: 503, title: 'The answer took longer than a request may take' },
} as const
export type ProblemKind = keyof typeof PROBLEMS

interface ProblemOptions {
  readonly errors?: readonly Fault[]
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the document. */
  readonly members?: Readonly<Record<string, unknown>>
}

/** Thrown by routes and middleware; the answer is a problem document (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly kind: ProblemKind
  readonly options: ProblemOptions

  constructor(kind: ProblemKind, detail: string, options: ProblemOptions = {}) {
    super(detail)
    this.kind = kind
    this.options = options
  }

  /** @param requestId  for who asks, to name it by */
  toResponse(requestId?: string): Response {
    const { status, title } = PROBLEMS[this.kind]
    const { errors, members, headers } = this.options
    const document = { type: `/docs#${this.kind}`, title, status, detail: this.message, errors, ...members }
    const named = requestId === undefined ? {} : { 'x-request-id': requestId }
    const type = { 'content-type': 'application/problem+json' }
    return Response.json(document, { status, headers: { ...headers, ...named, ...type } })
  }
}

/** A second after which a client may try a store again that did not answer. */
export const RETRY_LATER = { 'retry-after': '1' }

/** What was thrown, as the problem it tells. A failure nobody foresaw says nothing of its inside. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof UnavailableError) return new Problem('unavailable', error.message, { headers: RETRY_LATER })
  if (error instanceof CorruptGenerationError) return new Problem('damaged', error.message)
  if (
    error instanceof UnknownGenerationError ||
    error instanceof UnknownDeadLetterError ||
    error instanceof UnknownChartError
  )
    return new Problem('not-found', error.message)
  if (error instanceof HTTPException && error.status === 415)
    return new Problem(
      'unsupported-media-type',
      'Name the type of the body in Content-Type; the reference page lists what each route reads.',
    )
  return new Problem('internal', 'The log of the server says more, under the request id of this answer.')
}

const isBrokenJson = (error: unknown): boolean => error instanceof HTTPException && error.status === 400

/** Hono does not tell where a body stops to be JSON: who wrote it by hand wants to know. */
async function brokenJson({ req }: Context): Promise<Problem> {
  let where = 'It cannot be read'
  try {
    JSON.parse(await req.text())
  } catch (error) {
    where = messageOf(error)
  }
  return new Problem('broken-json', `${where.toWellFormed()}. Nothing of it was stored.`)
}

/** Nobody is there to read it; the figures by status tell it from our own failures. */
const brokenOff = new Problem('broken-off', 'What came before may have been accepted.')

/** Hono's error handler: every failure becomes a problem document; those of our own making are logged. */
export function answerProblems(logger: Logger): ErrorHandler {
  return async (error, c) => {
    const found = isBrokenJson(error) ? await brokenJson(c) : problemOf(error)
    const problem = c.req.raw.signal.aborted ? brokenOff : found
    const { status } = PROBLEMS[problem.kind]
    if (status >= 500)
      logger[problem.kind === 'internal' ? 'error' : 'warn'](
        { err: error, requestId: c.get('requestId') },
        'request failed',
      )
    return problem.toResponse(c.get('requestId'))
  }
}

/** zod-openapi's hook: the first part of the request that does not fit ends it. */
export function refuseFaults(result: { success: boolean; error?: z.ZodError; target: string }, _c: Context): void {
  if (result.error) throw invalidRequest(faultsOf(result.error))
}

/** @returns the problem that names every fault */
export function invalidRequest(errors: readonly Fault[]): Problem {
  const [first] = errors
  const where = first?.path ? `${first.path}: ` : ''
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return new Problem('invalid-request', `${where}${first?.message}${more}`, { errors: errors.slice(0, MAX_FAULTS) })
}

/** More than this many say nothing new, and a body of 8 MiB can hold a million. */
const MAX_FAULTS = 1000

/** Every fault by its path, such as `[3].value`. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(issue, []))
}

function faultsOfIssue(issue: z.core.$ZodIssue, parent: readonly PropertyKey[]): Fault[] {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, MAX_FAULTS).map((key) => ({ path: pathText([...path, key]), message: 'Unknown field' }))
  if (issue.code === 'invalid_union') {
    // The alternative of the right shape says what is wrong inside; where none has it, the union speaks for itself.
    const alternative = issue.errors.find((issues) =>
      issues.every((inner) => inner.path.length > 0 || inner.code !== 'invalid_type'),
    )
    if (alternative) return alternative.flatMap((inner) => faultsOfIssue(inner, path))
  }
  return [{ path: pathText(path), message: issue.message }]
}

/** A name that a client made up may be as long as a body. */
const MAX_PATH = 256

function pathText(path: readonly PropertyKey[]): string {
  const whole = path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
  return shortened(whole)
}

/** A name out of a request, as a problem tells it. */
export const shortened = (name: string): string =>
  name.length <= MAX_PATH ? name : `${name.slice(0, MAX_PATH).toWellFormed()}…`
