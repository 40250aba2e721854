import { expect, it } from 'vitest'
import { whySection } from './explanation.ts'

type Explained = Parameters<typeof whySection>[0]

it('draws the score as what is left of what speaks for it, after what speaks against it', async () => {
  const items = [
    { itemId: '1', title: 'Heat', contribution: 0.6 },
    { itemId: '2', title: 'Ronin', contribution: 0.4 },
    { itemId: '3', title: 'Cats', contribution: -0.25 },
  ]
  const page = String(await whySection({ items, score: 0.75, total: 3 } as Explained, false))
  const stack = /class="bar stack".*?<\/svg>/s.exec(page)?.[0] ?? ''
  const pieces = [...stack.matchAll(/x="([\d.]+)" width="([\d.]+)"/g)].map(([, x, width]) => [Number(x), Number(width)])
  expect(pieces).toEqual([
    [0, 60],
    [60, 40],
    [75, 25],
  ])
  expect(page).toContain('Cats takes something away.')
})

it('names what the film itself was rated as that, rather than by the title of the page', async () => {
  const items = [
    { itemId: '7', title: 'Heat', contribution: 0.6 },
    { itemId: '2', title: 'Ronin', contribution: 0.3 },
  ]
  const page = String(await whySection({ itemId: '7', items, score: 1, total: 5 } as Explained, true))
  expect(page).toContain('comes from your own rating of it (60\u00a0%) and Ronin (30\u00a0%)')
  expect(page).toContain('<th scope="row">Your own rating of it</th>')
  expect(page).not.toContain('Heat')
  // It has a bar of its own still.
  expect(page.match(/<td class="bar-cell"><svg/g)).toHaveLength(2)
})
