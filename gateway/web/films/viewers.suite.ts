import { expect, it, vi } from 'vitest'
import { answerOf } from '../../client.ts'
import { seriousFaults } from '../browser.fixture.ts'
import type { FilmApp } from './film-app.fixture.ts'

/** Who looks at it. */
export function viewersSuite({ visit, system, userOf, ratingsOf, idsIn, visitWithTaste }: FilmApp): void {
  it('shows one’s taste, and erases all of it', async () => {
    const page = await visitWithTaste()
    const erased = await userOf(page)
    await page.goto(`${system().url}/profile`)
    await expect.poll(() => page.getByRole('rowheader', { name: 'Sci-Fi' }).count()).toBe(1)
    await expect.poll(() => page.locator('.grid .card').count()).toBe(4)
    // What is said of the taste is seen in the table.
    const words = (await page.locator('.taste .shelf-why').textContent()) ?? ''
    const [, ...told] = /for (.+) more than most, and for (.+) less/.exec(words) ?? []
    expect(told).toHaveLength(2)
    const named = await page.locator('.taste-table tbody th').allTextContents()
    expect(named).toEqual(expect.arrayContaining(told))
    await page.getByRole('button', { name: 'Erase me' }).click()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('button', { name: 'Erase me' }).click()
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    // What is gone, what goes later, and nothing any more of what was rated.
    const note = page.getByRole('region', { name: 'The erasure you asked for' })
    await note.waitFor()
    expect(await userOf(page)).not.toBe(erased)
    expect(await page.locator('.card').count()).toBe(0)
    const erasureId = (await note.locator('code').textContent()) ?? ''
    const asked = await answerOf(system().v1.erasures[':erasureId'].$get({ param: { erasureId } }))
    expect(asked.erasureId).toBe(erasureId)
    const already = note.locator('div', { has: page.getByText('Erased already', { exact: true }) })
    await expect.poll(() => already.textContent()).toContain('Ratings, taste and lists')
    expect(await seriousFaults(page)).toEqual([])
    await page.reload()
    await expect.poll(() => note.locator('code').textContent()).toBe(erasureId)
    await vi.waitFor(async () => expect(await system().ratingsOf(erased)).toEqual(new Map()))
  })

  it('does not say that nothing was erased where there is no answer', async () => {
    const page = await visitWithTaste({ mayComplain: true })
    await page.goto(`${system().url}/profile`)
    const userId = await userOf(page)
    // The answer is lost on its way.
    await page.route(
      `**/v1/users/${userId}`,
      async (route) => {
        await route.fetch()
        await route.abort()
      },
      { times: 1 },
    )
    await page.getByRole('button', { name: 'Erase me' }).click()
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await page.locator('.toast-failure', { hasText: 'It is not known whether it was erased' }).waitFor()
    await vi.waitFor(async () => expect(await system().ratingsOf(userId)).toEqual(new Map()))
    await page.getByRole('button', { name: 'Erase me' }).click()
    expect(await page.getByRole('button', { name: 'Erase', exact: true }).isEnabled()).toBe(true)
  })

  it('erases another user, and leaves who did so themselves', async () => {
    const page = await visitWithTaste()
    const own = await userOf(page)
    const rated = await ratingsOf(page)
    const after = await system().rate({ userId: 'looked-at', itemId: '1', value: 5 })
    await system().recommendations('looked-at', { after, wait: 10_000 })
    await page.getByText('Your list', { exact: true }).click()
    await page.getByLabel('See what another user sees').fill('looked-at')
    await page.getByRole('button', { name: 'Look' }).click()
    await page.getByText('As looked-at').waitFor()
    await page.goto(`${system().url}/profile`)
    await page.getByRole('button', { name: 'Erase' }).click()
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await page.getByRole('region', { name: 'The erasure you asked for' }).waitFor()
    await page.getByText('Your list', { exact: true }).waitFor()
    expect(await userOf(page)).toBe(own)
    expect(await ratingsOf(page)).toEqual(rated)
    await vi.waitFor(async () => expect(await system().ratingsOf('looked-at')).toEqual(new Map()))
  })

  it('shows what another user sees, and leads back', async () => {
    const [other = ''] = system().data.users
    const page = await visit()
    await page.goto(system().url)
    await page.getByText('Your list', { exact: true }).click()
    await page.getByLabel('See what another user sees').fill(other)
    await page.getByRole('button', { name: 'Look' }).click()
    await page.getByText(`As ${other}`).click()
    const { items } = await system().recommendations(other, { limit: 20 })
    await expect.poll(() => idsIn(page, '#for-you')).toEqual(items.map(({ itemId }) => itemId))
    await page.getByRole('button', { name: 'Back to your own list' }).click()
    await page.getByText('Your list', { exact: true }).waitFor()
  })

  it('looks as nobody who has not rated, and names some who have', async () => {
    const page = await visit({ mayComplain: true })
    await page.goto(system().url)
    const own = await userOf(page)
    await page.getByText('Your list', { exact: true }).click()
    await page.getByLabel('See what another user sees').fill('<b>nobody</b>')
    await page.getByRole('button', { name: 'Look' }).click()
    await page.getByRole('heading', { name: 'Nobody called “<b>nobody</b>” has rated here' }).waitFor()
    expect(await userOf(page)).toBe(own)
    expect(await seriousFaults(page)).toEqual([])
    const sample = page.locator('main .chip').first()
    const known = (await sample.textContent()) ?? ''
    await sample.click()
    await page.getByText(`As ${known}`, { exact: true }).waitFor()
    expect((await ratingsOf(page)).size).toBeGreaterThan(0)
  })
}
