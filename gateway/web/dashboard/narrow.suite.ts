import { expect, it } from 'vitest'
import { misfitsOf, NARROW, visitNarrow } from '../narrow.fixture.ts'
import { type Dashboard, isDrawn } from './dashboard.fixture.ts'

/** Where there is little room. */
export function narrowSuite({ system, visit }: Dashboard): void {
  it.each(NARROW)('fits on $name', async (narrow) => {
    const page = await visitNarrow(visit, narrow)
    await page.goto(`${system().url}/dashboard?range=all`)
    await isDrawn(page)
    await expect.poll(() => page.locator('[data-figure=lag] .figure-value').textContent()).toContain('record')
    expect(await misfitsOf(page)).toEqual([])
  })
}
