import { setTimeout as sleep } from 'node:timers/promises'
import { answerOf, createClient } from '../gateway/client.ts'
import { type Random, seededRandom } from '../models/linalg/random.ts'
import { getJson } from './bench/system.ts'

type V1 = ReturnType<typeof createClient>['v1']

const VIEWERS = 48
/** Of MovieLens: those after each other came at about the same time. */
const USERS = 610
/** Enough that a list has something of it now and then. */
const MIN_KNOWN = 60
const VISITS = 4
/** Longest time between two visits of one viewer. */
const PAUSE_MS = 2_500
const LIST_LENGTH = 20
/** Of a list, and besides. */
const MAX_RATED = 2
/** Share of the visits on which a viewer looks at a film, or at what is popular, too. */
const LOOKS_AROUND = 0.5
const MEASURED_AFTER_MS = 6_000
const LOOK_MS = 500

/** Somebody new, and what they will think of films once they have seen them: what a user of the dataset thought of these. */
interface Viewer {
  readonly userId: string
  readonly tastes: Map<string, number>
  readonly random: Random
  token?: string
}

interface List {
  readonly recommendationId: string
  readonly items: readonly { readonly itemId: string }[]
}

/**
 * Some dozens of people who use a system as the film app would: each looks at the list, rates of it what they know, liked or not, with
 * the id of the list; rates something that they found by themselves; looks around; and comes again. A model has learnt what these
 * users of the dataset thought, so that it foretells them better than it would other people.
 * @param url  of a system that holds ml-latest-small
 */
export async function meetViewers(url: string) {
  const { v1 } = createClient(url)
  const viewers: Viewer[] = []
  for (let n = 0; viewers.length < VIEWERS; n++) {
    const known = await ratingsOf(v1, String(1 + ((n * 7) % USERS)))
    if (known.size < MIN_KNOWN) continue
    viewers.push({ userId: `viewer-${viewers.length + 1}`, tastes: known, random: seededRandom(n) })
  }
  return {
    /** Some visits of each. */
    use: async (): Promise<void> => {
      await Promise.all(viewers.map((viewer) => visitAll(v1, viewer)))
    },
    /** Waits until the charts show all that they did. */
    async areShown(): Promise<void> {
      // How well they were foretold is told some seconds later. The charts are filled sooner where somebody was erased.
      await sleep(MEASURED_AFTER_MS)
      const measured = Date.now()
      await answerOf(v1.users[':userId'].$delete({ param: { userId: 'nobody' } }))
      const asOf = async () => (await getJson<{ asOf: string }>(`${url}/v1/analytics/charts/uplift-of-fold-in`)).asOf
      while (Date.parse(await asOf()) < measured) await sleep(LOOK_MS)
    },
  }
}

async function ratingsOf(v1: V1, userId: string): Promise<Map<string, number>> {
  const { items } = await answerOf(v1.users[':userId'].ratings.$get({ param: { userId }, query: { limit: 1_000 } }))
  return new Map(items.map(({ itemId, value }) => [itemId, value]))
}

async function visitAll(v1: V1, viewer: Viewer): Promise<void> {
  const { random, userId, tastes } = viewer
  for (let visit = 0; visit < VISITS; visit++) {
    await sleep(PAUSE_MS * random())
    const query = { limit: LIST_LENGTH, ...(viewer.token && { after: viewer.token }) }
    await rateOf(v1, viewer, await answerOf(v1.users[':userId'].recommendations.$get({ param: { userId }, query })))
    const found = shuffled([...tastes.keys()], random).slice(0, 1 + Math.floor(MAX_RATED * random()))
    for (const itemId of found) await rate(v1, viewer, itemId)
    if (random() > LOOKS_AROUND) continue
    const [itemId = ''] = found
    await rateOf(v1, viewer, await answerOf(v1.items[':itemId'].similar.$get({ param: { itemId } })))
    if (random() < LOOKS_AROUND) await rateOf(v1, viewer, await answerOf(v1.items.popular.$get({ query: {} })))
  }
}

/** Some of those that they know, not the first ones. */
async function rateOf(v1: V1, viewer: Viewer, { items, recommendationId }: List): Promise<void> {
  const known = items.map(({ itemId }) => itemId).filter((itemId) => viewer.tastes.has(itemId))
  const most = Math.floor((1 + MAX_RATED) * viewer.random())
  for (const itemId of shuffled(known, viewer.random).slice(0, most)) await rate(v1, viewer, itemId, recommendationId)
}

async function rate(v1: V1, viewer: Viewer, itemId: string, recommendationId?: string): Promise<void> {
  const { userId, tastes } = viewer
  const value = tastes.get(itemId) as number
  tastes.delete(itemId)
  const json = { value, ...(recommendationId && { recommendationId }) }
  const { token } = await answerOf(v1.users[':userId'].ratings[':itemId'].$put({ param: { userId, itemId }, json }))
  viewer.token = token
}

function shuffled(all: readonly string[], random: Random): string[] {
  return all
    .map((one) => ({ one, place: random() }))
    .sort((x, y) => x.place - y.place)
    .map(({ one }) => one)
}
