import { expect, it } from 'vitest'
import { MAX_CONFIRMED_MS, matchesEtag, tagOfList, writeList } from './written-list.ts'

const answerOf = (...itemIds: string[]) => ({
  recommendationId: crypto.randomUUID(),
  strategy: 'fold-in' as const,
  items: itemIds.map((itemId) => ({ itemId })),
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
  expect([told.tag, told.etagAt(1e12)]).toEqual([first.tag, first.etagAt(0)])
  expect(writeList(answerOf('b', 'a')).tag).not.toBe(first.tag)
})

it('tags a list that goes on anew after a while', () => {
  const [one, other] = ['x', 'y'].map((nextPage) => writeList({ ...answerOf('a', 'b'), nextPage }))
  const begin = 1e6 * MAX_CONFIRMED_MS
  const tags = [begin - 1, begin, begin + MAX_CONFIRMED_MS - 1].map((time) => one?.etagAt(time))
  expect(new Set(tags).size).toBe(2)
  expect(tags[2]).toBe(other?.etagAt(begin))
  for (const tag of tags) expect(tagOfList(tag ?? '')).toBe(writeList(answerOf('a', 'b')).tag)
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
