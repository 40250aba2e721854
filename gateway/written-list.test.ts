import { expect, it } from 'vitest'
import { matchesEtag, writeList } from './written-list.ts'

const answerOf = (...itemIds: string[]) => ({
  recommendationId: crypto.randomUUID(),
  strategy: 'fold-in' as const,
  items: itemIds.map((itemId) => ({ itemId })),
})

it.each([[answerOf('a', 'b')], [answerOf()], [{ ...answerOf('é"\\'), nextPage: 'p"q' }]])(
  'writes all of a list: %j',
  (answer) => {
    expect(JSON.parse(writeList(answer).withId('r'))).toEqual({ ...answer, recommendationId: 'r' })
  },
)

it('tags what is listed, not what the answer is called', () => {
  const first = writeList(answerOf('a', 'b')).etag
  expect(writeList({ ...answerOf('a', 'b'), nextPage: 'x' }).etag).toBe(first)
  expect(writeList(answerOf('b', 'a')).etag).not.toBe(first)
})

it.each([
  ['W/"x"', true],
  ['"x"', true],
  ['"y", W/"x"', true],
  ['*', true],
  ['"y"', false],
  [undefined, false],
])('If-None-Match: %s', (header, matches) => {
  expect(matchesEtag(header, 'W/"x"')).toBe(matches)
})
