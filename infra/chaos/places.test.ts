import { afterEach, expect, it, vi } from 'vitest'
import { seededRandom } from '../../models/linalg/random.ts'
import { BOUNDARIES, deathAt } from './boundaries.ts'
import { dealFrom, EMBEDDED_DECK, SERVICES_DECKS } from './places.ts'
import { embeddedRounds, servicesRounds } from './run.ts'
import { createTally } from './tally.ts'

afterEach(() => vi.restoreAllMocks())

it('kills at every boundary, each once before any comes again, and the same ones by the same seed', () => {
  const deal = dealFrom(EMBEDDED_DECK, seededRandom(7))
  const round = () => EMBEDDED_DECK.map(() => deal().name).sort()
  expect(round()).toEqual([...EMBEDDED_DECK].sort())
  expect(round()).toEqual([...EMBEDDED_DECK].sort())
  for (const boundary of Object.keys(BOUNDARIES)) {
    expect(EMBEDDED_DECK).toContain(boundary)
    expect(SERVICES_DECKS.flat()).toContain(boundary)
  }
  for (const rounds of [
    (seed: number) => [...embeddedRounds(seed, 3, 2)],
    (seed: number) => [...servicesRounds(seed, 3)],
  ]) {
    expect(rounds(1)).toEqual(rounds(1))
    expect(rounds(1)).not.toEqual(rounds(2))
  }
})

it('dies when its boundary is passed for that time, and at no other', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  const pass = deathAt('2 sink: before the commit')
  await pass('sink: before the commit')
  await pass('sink: before the insert')
  expect(kill).not.toHaveBeenCalled()
  await pass('sink: before the commit')
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL')
  const immortal = deathAt('')
  await immortal('sink: before the commit')
  expect(kill).toHaveBeenCalledOnce()
})

it('counts what a round found at every place of it, and once in the sum', () => {
  const { add, all, inWords, faults } = createTally()
  const sound = { lost: 0, doubled: 0, faults: [], records: 0 }
  add(['a', 'a', 'b'], { ...sound, events: 10, lost: 2, faults: ['two are gone'] })
  add(['b'], { ...sound, events: 5, faults: ['it did not stop'] })
  expect(all).toEqual({ rounds: 2, kills: 4, events: 15, lost: 2, doubled: 0, otherFaults: 1 })
  expect(faults).toEqual(['two are gone', 'it did not stop'])
  expect(inWords().replaceAll(/ +/g, ' ')).toContain(
    '\n| a | 1 | 2 | 10 | 2 | 0 | 0 |\n| b | 2 | 2 | 15 | 2 | 0 | 1 |\n| all |',
  )
})
