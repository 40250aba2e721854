import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { counts, onFolders, says, stopped } from './embedded.fixture.ts'
import { idsOf, testFolder } from './system.fixture.ts'

const { start, run } = onFolders()

describe('a system on embedded stores', () => {
  it('keeps every rating that it has acknowledged when it is killed', async () => {
    const folder = await testFolder()
    const acknowledged = new Map<string, Map<string, number>>()
    for (const round of [1, 2]) {
      const system = await start(folder, '--dataset', 'none')
      let count = 0
      const reached = Promise.withResolvers<void>()
      const post = async (userId: string): Promise<void> => {
        const theirs = new Map<string, number>()
        acknowledged.set(userId, theirs)
        for (let item = 1; ; item++) {
          const [itemId, value] = [`film ${item}`, 1 + (item % 5)]
          await system.rate({ userId, itemId, value })
          theirs.set(itemId, value)
          if (++count === 500) reached.resolve()
        }
      }
      const posting = Array.from({ length: 8 }, (_, client) => post(`user ${client} of round ${round}`))
      await Promise.race([reached.promise, ...posting])
      await system.kill()
      await Promise.allSettled(posting)
    }

    const system = await start(folder, '--dataset', 'none')
    await system.settled()
    for (const [userId, theirs] of acknowledged) {
      const ratings = await system.ratingsOf(userId)
      for (const [itemId, value] of theirs) expect(ratings.get(itemId), `${userId}, ${itemId}`).toBe(value)
    }
    await stopped(system)
    expect((await counts(folder)).events).toBeGreaterThanOrEqual(1000)
  })

  it('starts empty when asked to, and makes a first model by itself once ratings have come', async () => {
    const system = await start(await testFolder(), '--dataset', 'none')
    expect(await system.readiness()).toMatchObject({ code: 200, model: 'none' })
    expect(await system.popular()).toMatchObject({ items: [] })
    expect(await system.recommendations('a')).toMatchObject({ items: [], strategy: 'popular', generation: null })

    const ratings = ['a', 'b', 'c'].flatMap((userId) => ['x', 'y', 'z'].map((itemId) => ({ userId, itemId, value: 5 })))
    const token = await system.rate(ratings.slice(0, -1))
    expect(await system.readiness()).toMatchObject({ code: 503, model: 'training' })
    expect(await system.ready()).toMatchObject({ model: 'loaded' })
    const { strategy, items } = await system.recommendations('c', { after: token })
    expect({ strategy, items: items.map(({ itemId }) => itemId) }).toEqual({ strategy: 'fold-in', items: ['z'] })
    await stopped(system)
  })

  it('keeps the scale of what was imported before its first start', async () => {
    const folder = await testFolder()
    const file = join(folder, 'seen.csv')
    await writeFile(file, 'userId,itemId,occurredAt\na,x,1000000000\na,y,1000000001\nb,x,1000000002\n')
    const titled = join(folder, 'titled.csv')
    await writeFile(titled, 'userId,itemId,value,occurredAt,title\na,x,5,1000000000,X\n')
    expect(await run(join(folder, 'other'), 'import', titled)).toEqual(
      says(0, /^titled\.csv: nothing is taken from the column 'title' \(titles, .*\)$/m),
    )
    expect(await run(join(folder, 'data'), 'import', file)).toEqual(says(0, /^imported seen into .*: 3 ratings/m))
    const system = await start(join(folder, 'data'))
    await system.settled()
    expect(idsOf(await system.popular())).toEqual(['x', 'y'])
    await expect(system.rate({ userId: 'a', itemId: 'z', value: 5 })).rejects.toThrow(/value/)
    await stopped(system)
  })
})
