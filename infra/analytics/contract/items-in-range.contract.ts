import { describe, expect, it } from 'vitest'
import { dayOf } from '../known.fixture.ts'
import type { ChartRow } from '../port.ts'
import type { World } from './world.fixture.ts'

const YEAR = 2015
/** They begin and end within months and years, or with all ratings. */
const RANGES = [Date.UTC(YEAR, 2, 9), Date.UTC(YEAR, 0, 9), Date.UTC(YEAR - 1, 6, 9), 0].flatMap((from) =>
  [Date.UTC(YEAR, 4, 2), Date.UTC(YEAR, 11, 31), Date.UTC(YEAR + 2, 1), Date.now()].map((to) => ({ from, to })),
)
const CASES = RANGES.map(({ from, to }) => ({ from, to, range: `${dayOf(from)} to ${dayOf(to)}` }))
const SHOWN = 20

/** What charts tell of items counts the whole months of a range. */
export function itemsInRangeContract(world: World): void {
  describe.each(CASES)('items of $range', ({ from, to }) => {
    const monthOf = (at: number) => dayOf(at).slice(0, 7)

    function ratedItems(genre?: string) {
      const known = world.known()
      const within = known.ratings.filter(
        ({ occurredAt: at }) => monthOf(at) >= monthOf(from) && monthOf(at) <= monthOf(to),
      )
      const items = [...Map.groupBy(within, ({ itemId }) => itemId)].map(([item_id, all]) => ({
        ...{ item_id, ratings: all.length },
        sum: all.reduce((sum, { value }) => sum + value, 0),
        isOfGenre: genre === undefined || known.items.get(item_id)?.genres.includes(genre) === true,
      }))
      return { items, ratings: within.length, sum: within.reduce((sum, { value }) => sum + value, 0) }
    }
    const byId = (x: { item_id: string }, y: { item_id: string }) => (x.item_id < y.item_id ? -1 : 1)
    const run = (name: string, genre?: string) => world.analytics.run(name, { from, to, genre })
    const ofAll = dayOf(to) < dayOf(Date.now()) ? `in all months up to ${monthOf(to)}.` : 'in all.'
    const inMonths = from === 0 ? ofAll : `in the whole months ${monthOf(from)} to ${monthOf(to)}.`

    it.each([undefined, 'Comedy'])('are ranked by how often they are rated (%s)', async (genre) => {
      const most = ratedItems(genre)
        .items.filter(({ isOfGenre }) => isOfGenre)
        .sort((x, y) => y.ratings - x.ratings || byId(x, y))
        .slice(0, SHOWN)
      const { rows, sentence } = await run('top-items', genre)
      expect(sentence).toContain(inMonths)
      expect(rows.map(({ item_id, ratings }) => ({ item_id, ratings }))).toEqual(
        most.map(({ item_id, ratings }) => ({ item_id, ratings })),
      )
    })

    it.each([undefined, 'Comedy'])('are ranked by how well, few ratings counting less (%s)', async (genre) => {
      const { items, ratings, sum } = ratedItems(genre)
      const prior = ratings / items.length
      const best = items
        .filter(({ isOfGenre }) => isOfGenre)
        .map((item) => ({ ...item, weighted: (item.sum + (prior * sum) / ratings) / (item.ratings + prior) }))
        .sort((x, y) => y.weighted - x.weighted)
        .slice(0, SHOWN)
      const { rows, sentence } = await run('best-items', genre)
      expect(sentence).toContain(inMonths)
      expect(rows).toHaveLength(best.length)
      // Of those that are alike any may come first.
      const byItem = new Map(items.map((item) => [item.item_id, item]))
      for (const [place, row] of rows.entries()) {
        expect(row.bayesian_average).toBeCloseTo(best[place]?.weighted ?? Number.NaN, 9)
        const item = byItem.get(String(row.item_id))
        expect(row.ratings).toBe(item?.ratings)
        expect(row.average_value).toBeCloseTo((item?.sum ?? 0) / (item?.ratings ?? 0), 9)
      }
    })

    it('carry the ratings unevenly', async () => {
      const { items, ratings } = ratedItems()
      const counts = items.map((item) => item.ratings).sort((x, y) => y - x)
      const { rows, sentence } = await run('long-tail')
      expect(sentence).toContain(inMonths)
      expect(rows.at(-1)).toMatchObject({ percent: 100, items: items.length, ratings })
      for (const { percent, items: first, ratings: theirs, share } of rows as ChartRow[]) {
        expect(Math.ceil((100 * Number(first)) / items.length)).toBe(percent)
        expect(theirs).toBe(counts.slice(0, Number(first)).reduce((sum, count) => sum + count, 0))
        expect(share).toBeCloseTo(Number(theirs) / ratings, 9)
      }
    })
  })
}
