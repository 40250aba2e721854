import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runFoldstream } from '../services/foldstream.ts'
import { SMALL_MODEL, startSystem, testFolder } from '../system.fixture.ts'
import { allUsers, ERASED, ratingsOf, titleOf, unpack, WITHDRAWN } from './format-1.fixture.ts'

it('a data folder of format 1 is opened: ratings, model and titles are all there, and agree', async () => {
  const folder = await testFolder()
  await unpack(folder)
  expect(JSON.parse(await readFile(join(folder, 'format.json'), 'utf8'))).toEqual({ version: 1 })
  const { size } = await stat(new URL('format-1.tar.gz', import.meta.url))
  expect(size).toBeLessThan(1_000_000)

  const system = await startSystem(['--data-dir', folder, '--dataset', 'none'], SMALL_MODEL)
  expect(await system.ready()).toMatchObject({ model: 'loaded' })
  for (const userId of allUsers()) {
    const wanted = new Map(ratingsOf(userId))
    if (userId === WITHDRAWN.userId) wanted.delete(WITHDRAWN.itemId)
    expect(await system.ratingsOf(userId), userId).toEqual(wanted)
    const { items, strategy } = await system.recommendations(userId, { limit: 3 })
    expect(strategy).toBe('fold-in')
    expect(items.map(({ title }) => title)).toEqual(items.map(({ itemId }) => titleOf(itemId)))
    expect(items).toHaveLength(3)
  }
  expect((await system.ratingsOf(ERASED)).size).toBe(0)
  await system.settled()
  const verify = ['verify', '--data-dir', folder]
  const isSound = { code: 0, output: expect.stringMatching(/^everything is as the log says/m) }
  expect(await runFoldstream(verify)).toEqual(isSound)

  const { items } = await system.recommendations('user-2', { limit: 3 })
  // It goes on as if it were of today.
  await system.rate({ userId: 'user-1', itemId: 'film-39', value: 5 })
  await system.settled()
  expect((await system.ratingsOf('user-1')).get('film-39')).toBe(5)
  expect(await system.stop()).toBe(0)
  expect(await runFoldstream(verify)).toEqual(isSound)
  const asked = ['--user', 'user-2', '--as-of', String(Date.now()), '--limit', '3', '--json']
  const { output } = await runFoldstream(['replay', ...asked, '--data-dir', folder])
  const { items: asOf }: { items: { itemId: string; title: string }[] } = JSON.parse(output)
  expect(asOf.map(({ itemId, title }) => [itemId, title])).toEqual(items.map(({ itemId, title }) => [itemId, title]))
})
