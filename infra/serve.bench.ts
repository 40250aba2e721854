import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../models/linalg/random.ts'
import { writeDataset } from './bench/dataset.ts'
import { closedLoop, type Figures, openLoop, type Sent } from './bench/load.ts'
import {
  caughtUp,
  comesToRest,
  getJson,
  keepRebuilding,
  postJson,
  startEmptyRoute,
  startLoaded,
} from './bench/system.ts'
import { peakMemoryMiB } from './services/foldstream.ts'

const CLIENTS = 64
const SECONDS = 5
/** More connections than are ever needed, so that the system and not their number is measured. */
const OPEN_LOOP_CONNECTIONS = 256
const ARRAY = 1_000
const ARRAY_CLIENTS = 8
/** One item in so many has the attribute that is filtered by. */
const FILTERED_ONE_IN = 100
const FILTER = { field: 'attributes.shelf', has: 'front' }

type Row = Record<string, string | number>
type Flags = Readonly<Record<string, string | boolean | undefined>>

/**
 * The API under load: the whole system in a process of its own on embedded stores, the load beside it on the same machine, and in
 * the same run what an empty route answers. Reads go to users at random; bars are those that the project has set itself.
 */
export async function bench(report: (row: Row) => void, flags: Flags): Promise<void> {
  const size = { users: Number(flags.users ?? 20_000), items: Number(flags.items ?? 61_000), ratingsPerUser: 50 }
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
  try {
    const show = (what: string, result: string, bar = '', figures?: Figures): void =>
      report({
        what,
        result,
        bar,
        'p50 ms': figures ? ms(figures.p50Ms) : '',
        'p99 ms': figures ? ms(figures.p99Ms) : '',
        'max ms': figures ? ms(figures.maxMs) : '',
        failed: figures?.failure === undefined ? (figures?.failed ?? '') : `${figures.failed}: ${figures.failure}`,
      })
    const ratings = await writeDataset(join(folder, 'generated'), size)
    const began = performance.now()
    const system = await startLoaded(join(folder, 'data'), join(folder, 'generated'))
    const { url } = system
    const loading = (performance.now() - began) / 1000
    await comesToRest(url)
    const { items } = await theModel(url)
    show(
      `${count(size.users)} users, ${count(ratings)} generated ratings, a model of ${count(items)} items, ${cpus().length} cores`,
      `loaded and trained in ${loading.toFixed(0)} s`,
    )
    const draw = requestsOf(size)

    await measureReads(url, draw, show)
    await measureFilter(url, size.items, draw, show)
    await measureOpenLoop(url, draw, show)
    await measureWrites(url, draw, show)
    show('peak memory', `${peakMemoryMiB(system.pid)?.toFixed(0) ?? 'unknown'} MiB`)
    await system.stop()
  } finally {
    await rm(folder, { recursive: true })
  }
}

type Show = (what: string, result: string, bar?: string, figures?: Figures) => void
type Requests = ReturnType<typeof requestsOf>

/** What clients send; users at random, items by how popular they are in the generated data. */
function requestsOf({ users, items }: { users: number; items: number }) {
  const random = seededRandom(1)
  const user = (): string => String(1 + Math.floor(users * random()))
  const item = (): string => String(Math.min(items, Math.floor((items + 1) ** random())))
  const anyItem = (): string => String(1 + Math.floor(items * random()))
  const rating = () => ({ userId: user(), itemId: item(), value: 1 + Math.floor(5 * random()) })
  const post = (path: string, body: unknown): Sent => ({ method: 'POST', path, body: JSON.stringify(body) })
  return {
    /** Of some 10^9 addresses: no answer is one that was kept. */
    read: (): Sent => ({ method: 'GET', path: `/v1/users/${user()}/recommendations?exclude=${anyItem()}` }),
    readOne: (): Sent => ({ method: 'GET', path: '/v1/users/1/recommendations' }),
    recommend: (filter?: unknown): Sent => post('/v1/recommendations', { userId: user(), limit: 10, filter }),
    /** One that nobody asked for before. */
    newFilter: () => ({ all: [FILTER, { not: [{ field: 'itemId', in: [anyItem(), anyItem()] }] }] }),
    rate: (): Sent => post('/v1/ratings', rating()),
    rateMany: (): Sent => post('/v1/ratings', Array.from({ length: ARRAY }, rating)),
  }
}

async function theModel(url: string): Promise<{ items: number }> {
  const { generations } = await getJson<{ generations: { isActive: boolean; items: number }[] }>(
    `${url}/v1/admin/generations`,
  )
  return generations.find(({ isActive }) => isActive) ?? { items: 0 }
}

async function measureReads(url: string, { read, readOne }: Requests, show: Show): Promise<void> {
  const load = { connections: CLIENTS, seconds: SECONDS }
  const empty = await startEmptyRoute()
  const nothing = await closedLoop({ ...load, url: empty.url, next: () => ({ method: 'GET', path: '/' }) })
  const repeated = await closedLoop({ ...load, url, next: readOne })
  const again = await closedLoop({ ...load, url: empty.url, next: () => ({ method: 'GET', path: '/' }) })
  await empty.stop()
  const emptyPerSecond = (nothing.perSecond + again.perSecond) / 2
  show(`an empty route, ${CLIENTS} clients, before and after the next`, perSecond(emptyPerSecond), '', again)
  const share = ((100 * repeated.perSecond) / emptyPerSecond).toFixed(0)
  show('one user again and again', `${perSecond(repeated.perSecond)}, ${share} % of an empty route`, '≥ 60 %', repeated)
  // The first time, states are read from the disk, and much of the code is run as it stands.
  const first = await closedLoop({ ...load, url, next: read })
  show('users at random, no answer kept; the first time', perSecond(first.perSecond), '', first)
  const random = await closedLoop({ ...load, url, next: read })
  show('the same again', perSecond(random.perSecond), '≥ 4,000/s', random)
}

async function measureFilter(
  url: string,
  items: number,
  { recommend, newFilter }: Requests,
  show: Show,
): Promise<void> {
  const onShelf = Array.from({ length: Math.floor(items / FILTERED_ONE_IN) }, (_, n) =>
    String((n + 1) * FILTERED_ONE_IN),
  )
  for (let from = 0; from < onShelf.length; from += ARRAY)
    await postJson(
      `${url}/v1/items`,
      onShelf.slice(from, from + ARRAY).map((itemId) => {
        return { itemId, title: `Item ${itemId}`, genres: [], attributes: { shelf: ['front'] } }
      }),
    )
  await comesToRest(url)
  const load = { url, connections: CLIENTS, seconds: SECONDS - 1 }
  const rates: [number, number, number] = [0, 0, 0]
  let [all, few, unheard]: (Figures | undefined)[] = []
  // In turn, so that a machine that grows faster or slower favours neither.
  for (let turn = 0; turn < 2; turn++) {
    all = await closedLoop({ ...load, next: () => recommend() })
    few = await closedLoop({ ...load, next: () => recommend(FILTER) })
    unheard = await closedLoop({ ...load, next: () => recommend(newFilter()) })
    rates[0] += all.perSecond / 2
    rates[1] += few.perSecond / 2
    rates[2] += unheard.perSecond / 2
  }
  show('POST /v1/recommendations, no filter', perSecond(rates[0]), '', all)
  const times = (rate: number): string => `${perSecond(rate)}, ${(rates[0] / rate).toFixed(2)} × the time`
  show(`a filter that leaves ${count(onShelf.length)} items`, times(rates[1]), '≤ 1 ×', few)
  show('the same, and another one each time', times(rates[2]), '≤ 1 ×', unheard)
}

async function measureOpenLoop(url: string, { read }: Requests, show: Show): Promise<void> {
  const load = { url, connections: OPEN_LOOP_CONNECTIONS, next: read }
  const steady = await openLoop({ ...load, perSecond: 2_000, seconds: 2 * SECONDS })
  show('GETs for users at random, open loop', perSecond(2_000), 'p99 ≤ 10 ms', steady)
  const enough = new AbortController()
  const rebuilding = keepRebuilding(url, enough.signal)
  const meanwhile = await openLoop({ ...load, perSecond: 500, seconds: 4 * SECONDS })
  enough.abort()
  const rebuilds = await rebuilding
  show(`the same while ${rebuilds} rebuilds were published`, perSecond(500), 'p99 ≤ 25 ms', meanwhile)
}

async function measureWrites(url: string, { rate, rateMany }: Requests, show: Show): Promise<void> {
  await comesToRest(url)
  const single = await closedLoop({ url, connections: CLIENTS, seconds: 2 * SECONDS, next: rate })
  show(`POST /v1/ratings, one each, ${CLIENTS} clients`, perSecond(single.perSecond), '≥ 8,000/s', single)
  show('until all of them were in the state and in ClickHouse', `${(await caughtUp(url)).toFixed(1)} s`)
  const arrays = await closedLoop({ url, connections: ARRAY_CLIENTS, seconds: SECONDS, next: rateMany })
  const what = `POST /v1/ratings, arrays of ${count(ARRAY)}, ${ARRAY_CLIENTS} clients`
  show(what, `${count(arrays.perSecond * ARRAY)} ratings/s`, '≥ 150,000/s', arrays)
  show('until all of them were in the state and in ClickHouse', `${(await caughtUp(url)).toFixed(1)} s`)
}

const count = (n: number): string => Math.round(n).toLocaleString('en')
const perSecond = (n: number): string => `${count(n)}/s`
const ms = (n: number): string => n.toFixed(1)
