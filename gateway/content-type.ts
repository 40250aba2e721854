import type { Check } from './checks.ts'
import type { App } from './context.ts'
import { Problem } from './problems.ts'
import { createDescriptionOf, routeOf } from './route-of.ts'

/** Taken for JSON, too: RFC 6839. */
const OTHER_JSON = /^application\/[\w.-]+\+json$/

/**
 * Refuses a body that is packed, of another type than the route reads, and one whose type is not named, or empty. Hono's validator would take the body
 * for `{}`, which fits where no field is needed, and is no rating where it is not looked at.
 */
export function requireContentType(app: App): Check {
  const descriptionOf = createDescriptionOf(app)
  return (c) => {
    const { method } = c.req
    if (method === 'GET' || method === 'HEAD') return
    const route = routeOf(c)
    const body = route && descriptionOf(route)?.request?.body
    if (!body) return
    const coding = c.req.header('content-encoding') ?? ''
    if (coding !== '' && coding.toLowerCase() !== 'identity')
      throw new Problem(
        'unsupported-media-type',
        `Send a body as it is, not as '${coding}': it is not unpacked here.`,
        {
          headers: { 'accept-encoding': 'identity' },
        },
      )
    const types = Object.keys(body.content)
    const sent = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
    if (types.includes(sent) || OTHER_JSON.test(sent)) return
    const instead = sent === '' ? '' : `, not '${sent}'`
    throw new Problem(
      'unsupported-media-type',
      `Send a body as ${types.join(' or ')}${instead}, and name it in Content-Type.`,
    )
  }
}
