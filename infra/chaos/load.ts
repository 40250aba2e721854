import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../gateway/client.ts'
import { sendSurely } from '../../gateway/sure-ratings.ts'
import type { Random } from '../../models/linalg/random.ts'

const SENDERS = 4
const USERS = 400
const ITEMS = 120
const MAX_RATINGS = 40
/** Of the requests that were acknowledged: sent once more, as by a client that did not hear; somebody else erased; a rating withdrawn; an item described, or deleted. */
const SHARES = { again: 0.05, erased: 0.005, withdrawn: 0.02, described: 0.05, deleted: 0.01 }
const GENRES = ['Drama']
const ACCEPTED = [202]
const NOT_FOUND = 404
const LOOK_MS = 20
/** Between two requests of a sender: some thousand ratings a second are enough to be torn. */
const PAUSE_MS = 20
const PATIENCE_MS = 180_000

/** Ratings and items without end, of which is noted what was acknowledged. */
export interface Load {
  /** Stops when what is under way is acknowledged. @throws the failure of a request that waited for minutes in vain */
  stop(): Promise<void>
  /** Leaves what is under way. */
  abandon(): void
}

/** What must stay: a rating by the id of its event; the newest title of an item, null once it is deleted. */
export type Acknowledged = string | { readonly itemId: string; readonly title: string | null }

export function startLoad(url: string, random: Random, acknowledged: (some: readonly Acknowledged[]) => void): Load {
  const client = createClient(url, { fetch: onceItLives(url) })
  const users = client.v1.users[':userId']
  const below = (bound: number): number => Math.floor(random() * bound)
  let isStopped = false
  const abandoned = new AbortController()
  const patience = { patienceMs: PATIENCE_MS, signal: abandoned.signal }

  function rating(userId: string) {
    const value = 0.5 + below(10) / 2
    return { eventId: crypto.randomUUID(), userId, itemId: `film ${below(ITEMS)}`, value, occurredAt: Date.now() }
  }

  async function send(count: number, userId = (): string => `user ${below(USERS)}`): Promise<string[]> {
    const ratings = Array.from({ length: count }, () => rating(userId()))
    await sendSurely(client, ratings, patience)
    if (random() < SHARES.again) await sendSurely(client, ratings, patience)
    return ratings.map(({ eventId }) => eventId)
  }

  /** A request that may be repeated, until it is answered well; what is to be deleted may be gone by then. */
  async function surely(ask: () => Promise<{ readonly status: number }>, isDone = ACCEPTED): Promise<void> {
    for (;;) {
      const answer = await ask().catch(() => undefined)
      if (answer !== undefined && isDone.includes(answer.status)) return
      await sleep(LOOK_MS, undefined, abandoned)
    }
  }

  /** An item of this sender alone, so that it is known which description is the newest. */
  async function describe(sender: number): Promise<void> {
    const itemId = `film ${below(ITEMS / SENDERS) * SENDERS + sender}`
    const param = { itemId }
    const isDeleted = random() < SHARES.deleted / SHARES.described
    const title = `Film of ${crypto.randomUUID()}`
    if (isDeleted) await surely(() => client.v1.items[':itemId'].$delete({ param }), [...ACCEPTED, NOT_FOUND])
    else await surely(() => client.v1.items[':itemId'].$put({ param, json: { title, genres: GENRES } }))
    acknowledged([{ itemId, title: isDeleted ? null : title }])
  }

  async function keepSending(sender: number): Promise<void> {
    for (let n = 0; !isStopped; n++, await sleep(PAUSE_MS)) {
      acknowledged(await send(1 + below(MAX_RATINGS)))
      if (random() < SHARES.withdrawn) {
        const { userId, itemId } = rating(`user ${below(USERS)}`)
        const param = { userId, itemId }
        await surely(() => users.ratings[':itemId'].$delete({ param }))
      }
      if (random() < SHARES.described) await describe(sender)
      if (random() < SHARES.erased) {
        const userId = `fleeting ${sender} ${n}`
        await send(1, () => userId)
        await surely(() => users.$delete({ param: { userId } }))
      }
    }
  }

  const senders = Promise.all(Array.from({ length: SENDERS }, (_, sender) => keepSending(sender)))
  // Met by `stop`; until then it is no unhandled rejection.
  senders.catch(() => {})
  return {
    async stop() {
      isStopped = true
      await senders
    },
    abandon() {
      isStopped = true
      abandoned.abort()
    },
  }
}

/** Waits for the gateway before each request: to whoever is dead nothing is sent, and no patience is lost on it. */
function onceItLives(url: string): typeof fetch {
  return async (...asked) => {
    await untilLive(url)
    return fetch(...asked)
  }
}

/** @throws Error when nobody answers for minutes */
export async function untilLive(url: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const answer = await fetch(`${url}/livez`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
  }
  throw new Error(`${url} did not answer for ${PATIENCE_MS / 1000} s`)
}
