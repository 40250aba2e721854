import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../models/linalg/random.ts'
import { messageOf } from '../errors.ts'
import { ITEMS, USERS } from './writers.ts'

const READS_PER_SECOND = 40

export interface Reads {
  asked: number
  /** Not answered 200. */
  failed: number
  /** What befell the first of them. */
  failure: string | undefined
  readonly tookMs: number[]
}

/** Asks for lists, open loop: a read goes out when it is due, whatever became of the ones before. */
export function startReaders(url: string, random: Random): { stop(): Promise<Reads> } {
  const reads: Reads = { asked: 0, failed: 0, failure: undefined, tookMs: [] }
  const underWay = new Set<Promise<void>>()
  let stopped = false

  async function read(path: string, init?: RequestInit): Promise<void> {
    const began = performance.now()
    reads.asked++
    try {
      const response = await fetch(url + path, init)
      const text = await response.text()
      if (response.status !== 200) throw new Error(`${response.status} ${text}`)
    } catch (error) {
      reads.failed++
      reads.failure ??= `${path}: ${messageOf(error)}`
    }
    reads.tookMs.push(performance.now() - began)
  }

  const running = (async () => {
    while (!stopped) {
      const reading = read(...anyRead(random)).finally(() => underWay.delete(reading))
      underWay.add(reading)
      await sleep(1000 / READS_PER_SECOND)
    }
    await Promise.all(underWay)
  })()

  return {
    async stop() {
      stopped = true
      await running
      return reads
    },
  }
}

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Whatever lists something, for those who rate meanwhile, for those who do not, and for nobody. */
function anyRead(random: Random): [path: string, init?: RequestInit] {
  const below = (n: number): number => Math.floor(n * random())
  const item = `film-${below(ITEMS)}`
  const user = `user-${below(USERS)}`
  const reads: (() => [string, RequestInit?])[] = [
    () => [`/v1/users/${user}/recommendations`],
    () => [`/v1/users/${user}/recommendations?limit=${1 + below(20)}`],
    () => [`/v1/users/nobody-${below(1000)}/recommendations`],
    () => [`/v1/users/${user}/estimates?item=${item}`],
    () => ['/v1/recommendations', json({ ratings: [{ itemId: item, value: 5 }] })],
    () => ['/v1/recommendations', json({ userIds: [user, 'user-0'] })],
    () => ['/v1/rank', json({ userId: user, items: [item, 'film-0'] })],
    () => [`/v1/items/${item}/similar`],
    () => ['/v1/items/popular'],
    () => ['/v1/items/trending?window=7d'],
    () => ['/v1/items/top-rated'],
    () => [`/v1/items/${item}`],
    () => ['/v1/items?query=film'],
  ]
  return (reads[below(reads.length)] as () => [string, RequestInit?])()
}
