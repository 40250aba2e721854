import { expect, it } from 'vitest'
import { matchesEtag, writeList } from './written-list.ts'

const answerOf = (...itemIds: string[]) => ({
  recommendationId: crypto.randomUUID(),
  strategy: 'fold-in' as const,
  items: itemIds.map((itemId) => ({ itemId })),
  generation: 'g',
})

it.each([
  [answerOf('a', 'b')],
  [answerOf()],
  [{ ...answerOf('é"\\'), nextPage: 'p"q' }],
  [{ ...answerOf('a'), freshness: { satisfied: true } }],
])('writes all of a list: %j', (answer) => {
  expect(JSON.parse(writeList(answer).withId('r'))).toEqual({ ...answer, recommendationId: 'r' })
})

it('tags what is listed, not what the answer is called', () => {
  const first = writeList(answerOf('a', 'b'))
  const told = writeList({ ...answerOf('a', 'b'), freshness: { satisfied: true } })
  expect(told.tag).toBe(first.tag)
  expect(writeList({ ...answerOf('a', 'b'), nextPage: 'x' }).tag).toBe(first.tag)
  expect(writeList(answerOf('b', 'a')).tag).not.toBe(first.tag)
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
