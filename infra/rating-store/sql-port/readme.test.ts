import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sqlEngine } from './engine.fixture.ts'

const { ask, anything } = sqlEngine()
const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const QUERIES = [...README.matchAll(/^```sql\n(.+?)^```/gms)].map(([, text = '']) => text)
const onServed = QUERIES.find((text) => text.includes('foldstream.served')) ?? ''

it.each(QUERIES)('answers what README asks: %s', async (text) => {
  await expect(ask(text)).resolves.toBeDefined()
})

it('believes of a list only what may have led to a rating, as README asks', async () => {
  const lists = [
    "('true', 'u', ['seen'], now64(3), now64(3))",
    "('of another', 'v', ['seen'], now64(3), now64(3))",
    "('of nobody', '', ['seen'], now64(3), now64(3))",
    "('without it', 'w', ['other'], now64(3), now64(3))",
    "('later', 'x', ['seen'], now64(3) + 3600, now64(3))",
    "('not named', 'y', ['seen'], now64(3), now64(3))",
  ]
  await anything(
    `INSERT INTO foldstream.served (recommendation_id, user_id, items, occurred_at, ingested_at) VALUES ${lists.join()}`,
  )
  const ratings = [
    ['true', 'u'],
    ['of another', 'z'],
    ['of nobody', 't'],
    ['without it', 'w'],
    ['later', 'x'],
  ].map(([list, user]) => `('${user}', 'seen', 5, true, now64(3), '${list}')`)
  await anything(
    `INSERT INTO analytics.ratings (user_id, item_id, value, is_positive, occurred_at, recommendation_id) VALUES ${ratings.join()}`,
  )
  expect((await ask(onServed)).toString().trim()).toBe('6\t2')
})
