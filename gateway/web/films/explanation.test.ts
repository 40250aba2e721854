import { expect, it } from 'vitest'
import { whySection } from './explanation.ts'

it('draws the score as what is left of what speaks for it, after what speaks against it', async () => {
  const items = [
    { itemId: '1', title: 'Heat', contribution: 0.6 },
    { itemId: '2', title: 'Ronin', contribution: 0.4 },
    { itemId: '3', title: 'Cats', contribution: -0.25 },
  ]
  const page = String(await whySection({ items, score: 0.75, total: 3 } as Parameters<typeof whySection>[0], false))
  const stack = /class="bar stack".*?<\/svg>/s.exec(page)?.[0] ?? ''
  const pieces = [...stack.matchAll(/x="([\d.]+)" width="([\d.]+)"/g)].map(([, x, width]) => [Number(x), Number(width)])
  expect(pieces).toEqual([
    [0, 60],
    [60, 40],
    [75, 25],
  ])
  expect(page).toContain('Cats takes something away.')
})
