import { expect, it } from 'vitest'
import { finish } from './layout.ts'
import { collectValueLists } from './value-lists.ts'

it('a list that many values share gives hardly any rows but those of the value that is asked for', () => {
  const collected = collectValueLists()
  const titles = Array.from({ length: 60_000 }, (_, row) => `Title ${row % 50_000}`)
  for (const [row, title] of titles.entries()) collected.add(row, title)
  const lists = finish(collected.build())
  let others = 0
  for (const [row, title] of titles.slice(0, 50_000).entries()) {
    const { rows, areCertain } = lists.rowsOf(title.toLowerCase())
    const expected = row < 10_000 ? [row, row + 50_000] : [row]
    expect([...rows]).toEqual(expect.arrayContaining(expected))
    if (areCertain) expect(rows).toHaveLength(expected.length)
    others += rows.length - expected.length
  }
  expect(others).toBeLessThan(100)
  expect([...lists.rowsOf('no such title').rows]).toEqual([])
  expect([...lists.rowsOf(true).rows]).toEqual([])
})
