import { expect, it } from 'vitest'
import { misfitsOf, NARROW, visitNarrow } from '../narrow.fixture.ts'
import { type FilmApp, lookingAt } from './film-app.fixture.ts'

/** Where there is little room. */
export function narrowSuite({ system, visit }: FilmApp): void {
  it.each(NARROW)('fits on $name', async (narrow) => {
    const newcomer = await visitNarrow(visit, narrow)
    await newcomer.goto(system().url)
    await newcomer.locator('#newcomer').waitFor()
    expect(await misfitsOf(newcomer)).toEqual([])
    const page = await lookingAt(system, () => visitNarrow(visit, narrow)).visitWithTaste()
    for (const path of ['/', '/films/1', '/profile', '/search?query=love']) {
      await page.goto(`${system().url}${path}`)
      expect(await misfitsOf(page), path).toEqual([])
    }
  })
}
