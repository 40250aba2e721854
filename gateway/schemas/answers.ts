import { z } from '@hono/zod-openapi'
import { PROBLEMS, type ProblemKind } from '../problems.ts'

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
