import { expect, it } from 'vitest'
import type { Gateway } from '../../context.ts'
import { audienceOf } from './audience.ts'

/** Everything that is like the film is a comedy, of which there are few altogether. */
function audienceWith(positives: number, near = ['c1', 'c2']): Promise<string> {
  const genres = new Map([
    ['c1', 'Comedy'],
    ['c2', 'Comedy'],
    ['d1', 'Drama'],
  ])
  const listed = (ids: readonly string[]) => ({ items: ids.map((itemId) => ({ itemId, title: itemId, score: 1 })) })
  const gateway = {
    engine: {
      similarItems: async () => listed(near),
      popular: async () => listed(['c1', 'd1', 'd1', 'd1']),
      rankings: { popularityOf: () => positives },
    },
    catalogue: { get: (itemId: string) => ({ genres: [genres.get(itemId)] }) },
  }
  return audienceOf(gateway as unknown as Gateway, 'film')
}

it('is told of a film that some have liked', async () => {
  expect(await audienceWith(10)).toMatch(/^For people who like Comedy \(4 times as often as usual\)/)
})

it('is not made up from the one or the few who liked it', async () => {
  for (const positives of [0, 1, 9])
    expect(await audienceWith(positives)).toBe('Too few people have liked it yet to tell.')
})

it('is nothing where nothing is like it', async () => {
  expect(await audienceWith(100, [])).toBe('')
})
