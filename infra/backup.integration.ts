import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runFoldstream } from './services/foldstream.ts'
import { SMALL_MODEL, startSystem, testFolder } from './system.fixture.ts'

const says = (code: number, output: RegExp) => ({ code, output: expect.stringMatching(output) })
const run = (folder: string, ...words: string[]) => runFoldstream([...words, '--data-dir', folder], SMALL_MODEL)

/** Users who like the same things, and would be recommended what the others like. */
const taste = Array.from({ length: 40 }, (_, n) => ({
  userId: `user-${n % 8}`,
  itemId: `item-${(n % 8) + (n % 5)}`,
  value: 5,
}))

it('a backup of a running system, restored, holds all that was acknowledged before it, and only as it was copied', async () => {
  const scratch = await testFolder()
  const [folder, backup, restored] = [join(scratch, 'data'), join(scratch, 'backup'), join(scratch, 'restored')]
  const system = await startSystem(['--data-dir', folder, '--dataset', 'none'], SMALL_MODEL)
  await system.rate(taste)
  await system.settled()
  expect((await run(folder, 'rebuild')).code).toBe(0)

  // Others write on while it is copied: the log is copied last, and what a store has applied is on it.
  let isOver = false
  const writing = (async () => {
    for (let n = 0; !isOver; n++)
      await system.rate({ userId: `late-${n % 50}`, itemId: `item-${n % 12}`, value: (n % 5) + 1 })
  })()
  const token = await system.rate({ userId: 'ann', itemId: 'item-3', value: 5 })
  expect(await run(folder, 'backup', backup)).toEqual(says(0, /^backed up/m))
  isOver = true
  await writing
  expect(await system.stop()).toBe(0)
  // Copied while nobody has it open, it is as good.
  expect(await run(folder, 'backup', join(scratch, 'second'))).toEqual(says(0, /^backed up/m))

  expect(await run(restored, 'restore', backup)).toEqual(says(0, /^restored/m))
  expect(existsSync(`${restored}.restoring`)).toBe(false)
  const again = await startSystem(['--data-dir', restored, '--dataset', 'none'], SMALL_MODEL)
  expect(await again.ready()).toMatchObject({ model: 'loaded' })
  expect(await again.recommendations('ann', { after: token, wait: 10_000 })).toMatchObject({
    strategy: 'fold-in',
    freshness: { satisfied: true },
  })
  expect(await again.ratingsOf('ann')).toEqual(new Map([['item-3', 5]]))
  await again.settled()
  expect(await run(restored, 'verify')).toEqual(says(0, /^everything is as the log says/m))
  expect(await again.stop()).toBe(0)
})
