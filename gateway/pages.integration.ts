import { describe, expect, it, vi } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { answerOf } from './client.ts'
import { systemWithDataset } from './dataset.fixture.ts'

const asked = systemWithDataset()

type Query = Parameters<ReturnType<typeof asked>['recommendations']>[1]

/** Goes through a list page by page, until it ends. @param between  what happens after a page; its number counts from 1 */
async function goThrough(userId: string, query: Query, between: (page: number, shown: string[]) => Promise<unknown>) {
  const pages: string[][] = []
  const generations: (string | null)[] = []
  let nextPage: string | undefined
  do {
    const page = await asked().recommendations(userId, nextPage === undefined ? query : { page: nextPage })
    pages.push(idsOf(page))
    generations.push(page.generation)
    nextPage = page.nextPage
    await between(pages.length, pages.flat())
  } while (nextPage !== undefined)
  return { pages, shown: pages.flat(), generations }
}

describe('nextPage', () => {
  it('goes through the first thousand items as `skip` does while nothing changes', async () => {
    const { data, inPages, list } = asked()
    for (const userId of [data.users[5] as string, 'nobody']) {
      const { pages, shown } = await goThrough(userId, { limit: 90 }, async () => {})
      expect(pages.map(({ length }) => length)).toEqual([...Array(11).fill(90), 10])
      expect(shown).toEqual(idsOf(await list({ userId, limit: 1000 })))
      expect(shown).toEqual(idsOf({ items: await inPages({ userId }, 90, 1000) }))
    }
    const [userId = ''] = data.users
    const western = { genre: 'Western', limit: 25, exclude: ['1', '2'] }
    const { shown, pages } = await goThrough(userId, western, async () => {})
    expect(pages.slice(0, -1).every(({ length }) => length === 25)).toBe(true)
    expect(shown).toEqual(idsOf(await list({ userId, genre: 'Western', exclude: ['1', '2'], limit: 1000 })))
  })

  it('repeats nothing although the model is made anew and the user rates between the pages', async () => {
    const { data, rate, rebuild, recommendations } = asked()
    const userId = data.users[30] as string
    const made = (await recommendations(userId)).generation
    const after: string[] = []
    const { shown, generations, pages } = await goThrough(userId, { limit: 100 }, async (page, items) => {
      const seen = items.slice(-100).filter((_, n) => n % 10 === 0)
      if (page <= 3) after.push(await rate(seen.map((itemId) => ({ userId, itemId, value: page === 1 ? 5 : 1 }))))
      if (page === 1 || page === 4) await rebuild()
    })
    expect(pages).toHaveLength(10)
    expect(new Set(shown).size).toBe(shown.length)
    // The rest of the list is the one of when the second page was asked for.
    const [first, ...others] = generations
    expect(first).toBe(made)
    expect(new Set(others).size).toBe(1)
    expect(others[0]).not.toBe(made)
    expect((await recommendations(userId)).generation).not.toBe(others[0])
  })

  it('passes over what was deleted or hidden meanwhile', async () => {
    const { data, recommendations, list, describe: putItem, v1 } = asked()
    const userId = data.users[60] as string
    const whole = idsOf(await list({ userId, limit: 100 }))
    const [deleted, hidden] = [whole[25] as string, whole[35] as string]
    const { shown } = await goThrough(userId, { limit: 20 }, async (page) => {
      if (page !== 1) return
      const { nextPage = '' } = await recommendations(userId, { limit: 20 })
      // Held from here on.
      const second = await recommendations(userId, { page: nextPage })
      expect(idsOf(second)).toContain(deleted)
      await answerOf(v1.items[':itemId'].$delete({ param: { itemId: deleted } }))
      await putItem(hidden, { title: 'Hidden', genres: [], available: false })
      const again = await recommendations(userId, { page: nextPage })
      expect(idsOf(again)).not.toContain(deleted)
      const third = await recommendations(userId, { page: second.nextPage as string })
      expect(idsOf(third)).not.toContain(hidden)
      expect(idsOf(third)).toHaveLength(20)
    })
    expect(shown).toContain(whole[10])
    for (const itemId of [deleted, hidden]) expect(shown).not.toContain(itemId)
  })

  it('is for the user whose list it is, and for as long as that is held', async () => {
    const { data, recommendations } = asked()
    const [userId = '', other = ''] = data.users
    const { nextPage: second = '' } = await recommendations(userId, { limit: 10 })
    const { nextPage: third = '' } = await recommendations(userId, { page: second })
    await expect(recommendations(other, { page: second })).rejects.toMatchObject({ status: 400 })
    await expect(recommendations(other, { page: third })).rejects.toMatchObject({ status: 410 })
    await expect(recommendations(userId, { page: third })).resolves.toMatchObject({ items: expect.any(Array) })

    // What a client makes of an id is no fault of ours.
    const forged = (change: (parts: unknown[]) => unknown[], id: string) =>
      Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(id, 'base64url').toString())))).toString('base64url')
    const lost = forged(([kind, , ...rest]) => [kind, crypto.randomUUID(), ...rest], third)
    await expect(recommendations(userId, { page: lost })).rejects.toMatchObject({ status: 410 })
    for (const query of [null, 5, { limit: 'many' }, { filter: { all: [] } }]) {
      const page = forged(([kind, issuedAt, by, , hashes]) => [kind, issuedAt, by, query, hashes], second)
      await expect(recommendations(userId, { page })).rejects.toMatchObject({ status: 400 })
    }
    for (const page of ['', 'abc', forged(() => ['held'], third), forged(() => ['first', 1], third)])
      await expect(recommendations(userId, { page })).rejects.toMatchObject({ status: 400 })
  })

  it('goes on after a long first page that was asked for at length', async () => {
    const { data, recommendations } = asked()
    const userId = data.users[7] as string
    const exclude = [...data.items.keys()].slice(0, 400)
    const first = await recommendations(userId, { limit: 850, exclude })
    const second = await recommendations(userId, { page: first.nextPage as string })
    expect(idsOf(second).length).toBeGreaterThan(50)
    expect(idsOf(second).filter((itemId) => idsOf(first).includes(itemId) || exclude.includes(itemId))).toEqual([])
  })
})

describe('the models', () => {
  it('can be listed, gone back to by hand, and let go on', async () => {
    const { rebuild, recommendations, v1, rate } = asked()
    const before = (await recommendations('1')).generation as string
    const newer = await rebuild()
    const { generations, active } = await answerOf(v1.admin.generations.$get())
    expect(active).toBe(newer)
    expect(generations.map(({ id }) => id)).toEqual(expect.arrayContaining([before, newer]))
    const isServed = (id: string) => vi.waitFor(async () => expect((await recommendations('1')).generation).toBe(id))
    const back = await answerOf(v1.admin.generations[':id'].activate.$post({ param: { id: before } }))
    expect(back).toEqual({ active: before, pinned: true })
    await isServed(before)
    await rate({ userId: '1', itemId: '1', value: 2 })
    await v1.admin.generations.unpin.$post()
    await isServed(await rebuild())
    const unknown = { param: { id: 'unheard of' } }
    expect((await v1.admin.generations[':id'].activate.$post(unknown)).status).toBe(404)
  })
})
