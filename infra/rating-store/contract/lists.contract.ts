import { describe, expect, it } from 'vitest'
import { LATELY, type Opened, served } from './rows.fixture.ts'

/** What is stored beside ratings and goes after a time: lists that were answered, and measurements. */
export function listsContract(at: Opened): void {
  describe('lists that were answered', () => {
    const all = async () =>
      (await at.sql('SELECT user_id AS id, toString(offset) AS offset FROM served FINAL ORDER BY ALL')).map(
        ({ id, offset }) => `${id} ${offset}`,
      )
    const MINUTE_MS = 60_000

    it('keep every column, and count once when they come twice', async () => {
      const one = served({
        offset: 2 ** 40,
        partition: 7,
        itemIds: ['a|b', "it's", 'é'],
        propensities: [1, 0.5, 1e-9],
        firstPosition: 11,
      })
      const anonymous = served({ offset: 1, partition: 7, userId: '', itemIds: [], generation: '' })
      for (let i = 0; i < 2; i++) await at.store.insertServed([one, anonymous])
      const rows = await at.sql(
        'SELECT * REPLACE (toString(occurred_at) AS occurred_at, toString(ingested_at) AS ingested_at, toString(offset) AS offset) FROM served FINAL ORDER BY user_id',
      )
      const timeOf = (at: number) => new Date(at).toISOString().replace('T', ' ').slice(0, -1)
      const times = { occurred_at: timeOf(LATELY - 2), ingested_at: timeOf(LATELY) }
      const shared = { strategy: 'fold-in', partition: 7, ...times }
      expect(rows).toEqual([
        {
          ...shared,
          recommendation_id: 'r1',
          user_id: '',
          items: [],
          generation: '',
          propensities: [],
          offset: '1',
          first_position: 1,
        },
        {
          ...{ ...shared, recommendation_id: `r${2 ** 40}`, user_id: 'u', items: ['a|b', "it's", 'é'] },
          ...{ generation: 'g', propensities: [1, 0.5, 1e-9], offset: String(2 ** 40), first_position: 11 },
        },
      ])
      expect(await at.store.resumePassingAt('served', 7)).toBe(2 ** 40 + 1)
      expect(await at.store.resumePassingAt('served', 0)).toBe(0)
    })

    it("go after 90 days, by the gateway's clock or the log's", async () => {
      const old = LATELY - 90 * 86_400_000
      await at.store.insertServed([
        served({ offset: 0, occurredAt: old }),
        served({ offset: 1, occurredAt: LATELY }, old),
        served({ offset: 2, occurredAt: old + 2 * 3_600_000 }, old + 2 * 3_600_000),
      ])
      await at.sql('OPTIMIZE TABLE served FINAL')
      expect(await all()).toEqual(['u 2'])
    })

    it('go with their user, and come no more, but for those after the erasure', async () => {
      const { ingestedAt: erasedAt } = served({ offset: 0 })
      const later = erasedAt + 60 * MINUTE_MS
      await at.store.insertServed([
        served({ offset: 0 }),
        served({ offset: 1, userId: '' }),
        served({ offset: 2, userId: 'v' }),
        served({ offset: 3, occurredAt: later }, later),
        // Its gateway's clock is fast, the log's is not.
        served({ offset: 4, occurredAt: later }),
      ])
      await at.store.eraseUsers([{ userId: 'u', partition: 0, before: 9, at: erasedAt }])
      expect(await all()).toEqual([' 1', 'u 3', 'v 2'])
      await at.store.insertServed([
        // It waited in its gateway.
        served({ offset: 5, occurredAt: erasedAt - 2 }, later),
        served({ offset: 6, occurredAt: later }, later),
        served({ offset: 7, userId: 'v' }),
      ])
      expect(await all()).toEqual([' 1', 'u 3', 'u 6', 'v 2', 'v 7'])
    })
  })

  it('keeps every column of a measurement, once', async () => {
    const event = { metric: 'hr@10', variant: 'folded-in', generation: 'g', value: 0.25, weight: 40 } as const
    const row = { partition: 0, offset: 6, ingestedAt: LATELY + 1 }
    const rows = [{ ...row, event: { type: 'measurement', ...event, occurredAt: LATELY } as const }]
    for (let i = 0; i < 2; i++) await at.store.insertMeasurements(rows)
    expect(await at.sql('SELECT * EXCEPT (occurred_at, ingested_at, offset) FROM measurements FINAL')).toEqual([
      { ...event, partition: 0 },
    ])
    expect(await at.store.resumePassingAt('measurements', 0)).toBe(7)
  })
}
