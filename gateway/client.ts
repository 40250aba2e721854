import type { Hono } from 'hono'
import { type ClientResponse, hc } from 'hono/client'
import type { BlankEnv } from 'hono/types'
import type { SuccessStatusCode } from 'hono/utils/http-status'
import type { Api } from './routes.ts'

/** A query of which every part may be left out may be left out whole. */
type WithOptionalQuery<Endpoint> = Endpoint extends { input: { query: infer Query } }
  ? Partial<Query> extends Query
    ? { [Part in keyof Endpoint]: Part extends 'input' ? OptionalQuery<Endpoint[Part], Query> : Endpoint[Part] }
    : Endpoint
  : Endpoint
type OptionalQuery<Input, Query> = { [Part in Exclude<keyof Input, 'query'>]: Input[Part] } & { query?: Query }
/** Failures are all of one form: as one answer of several statuses they are told in a tenth of the text. */
type WithOneFailure<Endpoint> = Exclude<Endpoint, Failed> | OneFailure<Extract<Endpoint, Failed>>
type Failed = { output: { detail: string } }
type OneFailure<Endpoint> = [Endpoint] extends [never]
  ? never
  : [Endpoint] extends [{ input: unknown; status: unknown }]
    ? { input: Endpoint['input']; output: Problem; outputFormat: 'json'; status: Endpoint['status'] }
    : never
type Asked = {
  [Path in keyof Api]: { [Method in keyof Api[Path]]: WithOptionalQuery<WithOneFailure<Api[Path][Method]>> }
}

export interface ClientOptions {
  /** An API key; what it opens is the matter of its scopes. */
  readonly key?: string | undefined
  /** Asks in place of the global one: `app.request` asks a gateway in this process. */
  readonly fetch?: typeof fetch | undefined
}

export type Client = ReturnType<typeof createClient>

/**
 * A client of the HTTP interface, typed by its routes: no code is generated. A path is written as it stands, a parameter in
 * brackets; what is asked and answered has the types of `/openapi.json`.
 *
 *   const { v1 } = createClient('http://127.0.0.1:3000', { key })
 *   const { token } = await answerOf(v1.ratings.$post({ json: { userId: 'ann', itemId: '1', value: 5 } }))
 *   const { items } = await answerOf(
 *     v1.users[':userId'].recommendations.$get({ param: { userId: 'ann' }, query: { after: token, limit: 5 } }),
 *   )
 *
 * A call resolves with the response, of whatever status: narrow it by `ok` or `status`, or give it to answerOf. It rejects as
 * fetch does when the gateway cannot be reached, and throws a TypeError at once for an id that no path can hold.
 * @param url  such as http://127.0.0.1:3000
 */
export function createClient(url: string, { key, fetch }: ClientOptions = {}) {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return escaping(hc<Hono<BlankEnv, Asked>>(url, { headers, ...(fetch && { fetch }) }))
}

/** An answer that tells of a failure: `problem` is its document, where it has one. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  readonly status: number
  readonly problem: Problem | undefined

  constructor({ url, status }: { url: string; status: number }, problem: Problem | undefined) {
    super(`${url} answered ${status}${problem ? `: ${problem.detail}` : ''}`)
    this.status = status
    this.problem = problem
  }
}

/** What a failure is told by (RFC 9457). */
export interface Problem {
  /** Which kind it is, such as `/docs#not-found`. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

// biome-ignore lint/suspicious/noExplicitAny: of any body, the answer is to be inferred
type AnyResponse = ClientResponse<any, any, any>
/** What a response may hold when all went well. */
type Answer<R> =
  R extends ClientResponse<infer Body, infer Status, string> ? (Status extends SuccessStatusCode ? Body : never) : never

/**
 * @returns the body of an answer, its JSON read
 * @throws AnswerError unless the status is one of success
 */
export async function answerOf<R extends AnyResponse>(asked: R | Promise<R>): Promise<Answer<R>> {
  const response = await asked
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  if (response.ok) return type.includes('json') ? JSON.parse(text) : text
  throw new AnswerError(response, type.includes('problem+json') ? (JSON.parse(text) as Problem) : undefined)
}

/** hc puts parameters into the path as they are: an id with a slash would ask another route. */
function escaping<T extends object>(node: T): T {
  return new Proxy(node, {
    get: (target, key) => {
      const next: unknown = Reflect.get(target, key)
      return typeof next === 'function' ? escaping(next) : next
    },
    apply: (target, self, [args, ...others]) => {
      const call = target as (...args: unknown[]) => unknown
      return Reflect.apply(call, self, [args?.param ? { ...args, param: escaped(args.param) } : args, ...others])
    },
  })
}

function escaped(param: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(param).map(([name, id]) => {
      // They would be taken for a step in the path, and ask another route.
      if (['', '.', '..'].includes(id)) throw new TypeError(`${name}: '${id}' is no id`)
      return [name, encodeURIComponent(id)]
    }),
  )
}
