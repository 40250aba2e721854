import { describe, expect, it } from 'vitest'
import type { Consumer } from '../consume.ts'
import { simulate } from './simulation.fixture.ts'

/** Each is a run of its own: other users, other failures, processes that die at other moments. */
const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 1_000)
const SEED = process.env.SIMULATION_SEED
const seeds = SEED === undefined ? Array.from({ length: SEEDS }, (_, n) => n + 1) : [Number(SEED)]

/** @returns seeds in which something was not as it must be, with the way to see each again */
async function failing(scenario: Parameters<typeof simulate>[1], among: readonly number[]): Promise<string[]> {
  const found: string[] = []
  for (const seed of among) {
    const faults = await simulate(seed, scenario)
    if (faults.length > 0)
      found.push(`SIMULATION_SEED=${seed} npx vitest run consumers/simulation: ${faults.join('; ')}`)
  }
  return found
}

describe('whatever dies, fails or comes late', () => {
  it('every event counts once, and nothing is committed before its effect', async ({ annotate }) => {
    expect(await failing({}, seeds)).toEqual([])
    await annotate(`${seeds.length} seeds`)
  })

  it('an insert that lands late, of a sink that was fenced, counts once, and brings nobody back', async ({
    annotate,
  }) => {
    expect(await failing({ lateInserts: 0.2 }, seeds)).toEqual([])
    await annotate(`${seeds.length} seeds`)
  })
})

describe('the simulation finds', () => {
  const some = [1, 2, 3]
  const alter = (change: (own: Consumer) => Partial<Consumer>) => ({
    consumer: (_: unknown, own: Consumer): Consumer => ({ ...own, ...change(own) }),
  })

  it.each([
    [
      'a commit before its effect',
      alter(({ effect }) => ({ effect: async (slices) => void effect(slices).catch(() => {}) })),
    ],
    [
      'an effect that takes its failure for done',
      alter(({ effect }) => ({ effect: (slices) => effect(slices).catch(() => {}) })),
    ],
    [
      'an effect that leaves out a record now and then',
      alter(({ effect }) => ({
        effect: (slices) =>
          effect(slices.map((one) => ({ ...one, records: one.records.filter(({ offset }) => offset % 9 !== 5) }))),
      })),
    ],
  ])('%s', async (_, scenario) => {
    expect((await failing(scenario, some)).length).toBeGreaterThan(0)
  })
})
