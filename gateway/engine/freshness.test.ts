import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { createChangeFeed } from '../../infra/user-state/changes.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import { waitFor } from './freshness.ts'

const base = await mkdtemp(join(tmpdir(), 'freshness-'))
afterAll(() => rm(base, { recursive: true, force: true }))
const LONG_MS = 20_000

it('looks again when changes may have gone unheard', async () => {
  const state = await openEmbeddedUserState(await mkdtemp(join(base, 'state.')))
  onTestFinished(() => state.close())
  // The subscription is broken: of what is written nobody hears.
  const { announce, listen } = createChangeFeed()
  const looked = Promise.withResolvers<void>()
  const deaf: typeof state = {
    ...state,
    changes: listen,
    async offsets(partition) {
      const offsets = await state.offsets(partition)
      looked.resolve()
      return offsets
    },
  }
  const reached = waitFor(deaf, 'ada', { partition: 3, offset: 7 }, LONG_MS, new AbortController().signal)
  await looked.promise
  await state.advance(3, 7)
  announce({ type: 'items', partition: 3, counted: 7, itemIds: ['a'] })
  const first = await Promise.race([reached, new Promise((resolve) => setTimeout(resolve, 50, 'still waiting'))])
  expect(first).toBe('still waiting')
  announce({ type: 'gap' })
  expect(await reached).toBe(true)
})
