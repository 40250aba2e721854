import { isLoopback } from '../infra/config/check.ts'
import type { Check } from './checks.ts'
import { Problem } from './problems.ts'

/** Nearly all requests name the same host, and to take a name apart costs as much as a tenth of a small answer. */
let lastLetIn: string | undefined

/**
 * Refuses requests to a name other than this machine's own: without keys, a page could otherwise let its own name lead to the
 * loopback address of whoever reads it (DNS rebinding), and be of the same origin as what it reads there.
 */
export const requireLoopbackName: Check = (c) => {
  // A request without the header names no site that could have led here.
  const host = c.req.header('host') ?? 'localhost'
  if (host === lastLetIn) return
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '')
  if (name === undefined || !isLoopback(name))
    throw new Problem(
      'other-host',
      `Without API_KEYS only localhost, 127.0.0.1 and [::1] are answered, not '${host}'. Ask by one of them, or set API_KEYS.`,
    )
  lastLetIn = host
}

/** By which proxies tell who asks, each as it was told by the one before it. */
const FORWARDED_FOR = ['x-forwarded-for', 'x-real-ip', 'forwarded']
/** Of `Forwarded` the part that names who asks (RFC 7239). */
const FOR = /\bfor=/i

/**
 * Refuses what a proxy on this machine passes on from another one: without keys, all that it lets through could read, rate and erase
 * for anybody. Who asks directly and claims to be forwarded shuts out only themselves.
 */
export const requireLoopbackClient: Check = (c) => {
  for (const name of FORWARDED_FOR) {
    const told = c.req.header(name)
    if (told === undefined) continue
    const stranger = clientsIn(told).find((client) => !isLoopback(client))
    if (stranger !== undefined)
      throw new Problem(
        'other-host',
        `Without API_KEYS only this machine is answered, and a proxy passes this on from ${stranger} (${name}). Set API_KEYS to let others ask.`,
      )
  }
}

/** Addresses, without ports and brackets. */
const clientsIn = (told: string): string[] =>
  told
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => !part.includes('=') || FOR.test(part))
    .map((part) => part.replace(FOR, '').replaceAll('"', ''))
    .map((address) => /^\[(.+)\]/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1'))
    .map((address) => address.replace(/^::ffff:/i, ''))
    .filter((address) => address !== '')
