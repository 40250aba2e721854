import { describe, inject, it } from 'vitest'
import { DATABASES } from './redis.ts'
import type { ServiceName } from './start.ts'

/**
 * A suite on a real service, which is listed as skipped where the service is missing. Test files run at the same time, on
 * one server of each kind, so every suite gets a place of its own there, which is empty:
 *
 *   kafka       kafka://host:port/PREFIX.    a prefix of all topics and consumer groups
 *   redis       redis://host:port/NUMBER     a database (PUBLISH does not keep to one: put its number into a channel's name)
 *   clickhouse  http://host:port/DATABASE    a database that does not exist yet
 *
 * @param suite  gets the URL of its place, and a function that makes the URL of another one
 */
export function describeWithService(name: ServiceName, suite: (url: string, another: () => string) => void): void {
  describeWithServices([name], (urls) => suite(urls()[name], () => urls()[name]))
}

/** The same for a suite that needs several. `urls()` makes a new place on each of them. */
export function describeWithServices<Name extends ServiceName>(
  names: readonly Name[],
  suite: (urls: () => Record<Name, string>) => void,
): void {
  const { urls, names: called, missing } = inject('services')
  describe(`on ${names.map((name) => called[name]).join(', ')}`, () => {
    const lacking = missing.find(({ name }) => names.some((wanted) => wanted === name))
    if (lacking) {
      it('runs', (context) => context.skip(`${lacking.name}: ${lacking.reason}`))
      return
    }
    const unnamed = names.find((name) => urls[name] === undefined)
    if (unnamed) throw new Error(`Name '${unnamed}' in the test file itself: vitest.setup.ts looks for it there`)
    suite(() => {
      const place = nextPlace()
      const entries = names.map((name) => [name, `${urls[name]}/${PLACES[name](place)}`])
      return Object.fromEntries(entries) as Record<Name, string>
    })
  })
}

const PLACES: Record<ServiceName, (place: number) => string> = {
  kafka: (place) => `test-${place}.`,
  redis: String,
  clickhouse: (place) => `test_${place}`,
}

const PLACES_A_FILE = 32
let taken = 0

/** Unlike any other of this run: vitest numbers the processes, of which every file has its own. */
function nextPlace(): number {
  if (taken === PLACES_A_FILE)
    throw new Error(`a test file has ${PLACES_A_FILE} places on a service; raise PLACES_A_FILE`)
  const place = Number(process.env.VITEST_WORKER_ID) * PLACES_A_FILE + taken++
  // A client that is given a number past the last stays, without a word, on the first.
  if (place >= DATABASES) throw new Error(`place ${place} is no database of Redis; raise DATABASES`)
  return place
}
