import { describe, expect, it, vi } from 'vitest'
import type { Opened } from './examples.fixture.ts'

/** Pages of lists, which last for a while. */
export function pagesContract(at: Opened): void {
  describe('pages', () => {
    const LONG_MS = 600_000

    it('are there for whoever has their id, until they end', async () => {
      const json = JSON.stringify({ itemIds: Array.from({ length: 1_000 }, (_, i) => `item ${i} 😀`) })
      await at.state.putPage('held', json, LONG_MS)
      await at.state.putPage('brief', '{}', 40)
      await vi.waitFor(async () => expect(await at.state.page('brief')).toBeUndefined())
      expect(await at.state.page('held')).toBe(json)
      expect(await at.state.page('brief')).toBeUndefined()
    })

    it('of the same id replace one another, with their end', async () => {
      await at.state.putPage('p', '1', 40)
      await at.state.putPage('p', '2', LONG_MS)
      await at.state.putPage('q', '1', LONG_MS)
      await at.state.putPage('q', '2', 40)
      await vi.waitFor(async () => expect(await at.state.page('q')).toBeUndefined())
      await at.state.putPage('another', '', LONG_MS)
      expect(await at.state.page('p')).toBe('2')
    })

    it('that nobody put are not there, whatever their id looks like', async () => {
      for (const id of ['', 'x', '{x}', '*', '愛'.repeat(500), 'x'.repeat(100_000)])
        expect(await at.state.page(id)).toBeUndefined()
    })

    it('are no users', async () => {
      await at.state.putPage('ada', '{}', LONG_MS)
      expect(await Array.fromAsync(at.state.scan())).toEqual([])
      expect(await at.state.read('ada')).toBeUndefined()
    })
  })
}
