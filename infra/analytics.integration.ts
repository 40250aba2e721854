import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { answerOf, createClient } from '../gateway/client.ts'
import { connectEmbedded } from './rating-store/connect-embedded.ts'
import { SMALL_MODEL, startSystem, testDataset, testFolder } from './system.fixture.ts'

const VIEWERS = 12
const POSITIVES_EACH = 4

it('what is answered and how well it was predicted comes to ClickHouse, and a rating leads back to its list', async ({
  annotate,
}) => {
  const folder = await testFolder()
  const data = join(folder, 'data')
  const dataset = await testDataset(folder)
  if (dataset.note) await annotate(dataset.note)
  const system = await startSystem(['--data-dir', data, '--dataset', dataset.name], { ...SMALL_MODEL, ...dataset.env })
  await system.ready()
  await system.settled()
  const { v1 } = createClient(system.url)
  let lists = 0
  for (let n = 0; n < VIEWERS; n++) {
    const userId = `viewer-${n}`
    let after: string | undefined
    // The first list is popular, the others are by taste. Of each the second item is liked, and once more, which is nothing new.
    for (let k = 0; k < POSITIVES_EACH; k++) {
      const { recommendationId, items } = await system.recommendations(userId, { ...(after && { after }) })
      lists++
      const itemId = items[1]?.itemId as string
      const param = { userId, itemId }
      for (const value of [5, 4.5])
        after = (
          await answerOf(v1.users[':userId'].ratings[':itemId'].$put({ param, json: { value, recommendationId } }))
        ).token
    }
    await system.rate({ userId, itemId: 'unheard of', value: 5 })
  }
  await system.settled()
  const figures = async () => (await fetch(`${system.url}/metrics`)).text()
  await vi.waitFor(
    async () => expect(await figures()).toContain(`foldstream_ratings_predicted_total ${VIEWERS * POSITIVES_EACH}\n`),
    { timeout: 20_000, interval: 100 },
  )
  expect(await figures()).not.toMatch(/foldstream_(ratings_not_predicted|served_dropped)_total{/)
  // What waits anywhere is on the log when it has ended, and in ClickHouse once it has started again.
  expect(await system.stop()).toBe(0)
  const again = await startSystem(['--data-dir', data, '--dataset', dataset.name], { ...SMALL_MODEL, ...dataset.env })
  await vi.waitFor(
    async () =>
      expect(await (await fetch(`${again.url}/metrics`)).text()).toMatch(/{group="foldstream-analytics"} [1-9]/),
    { timeout: 20_000, interval: 100 },
  )
  expect(await again.stop()).toBe(0)

  const clickhouse = await connectEmbedded(join(data, 'clickhouse'), 'foldstream')
  const rows = (sql: string) => clickhouse.read.rows<Record<string, unknown>>(sql)
  try {
    const [served] = await rows(`
      SELECT toString(uniqExact(recommendation_id)) AS lists, toString(uniqExact(user_id)) AS users, min(length(items)) AS shortest
      FROM served FINAL WHERE startsWith(user_id, 'viewer-')`)
    expect(served).toMatchObject({ lists: String(lists), users: String(VIEWERS) })
    const [led] = await rows(`
      SELECT toString(count()) AS ratings, toString(countIf(served.items[2] = ratings.item_id)) AS seconds
      FROM (SELECT * FROM ratings FINAL) AS ratings INNER JOIN (SELECT * FROM served FINAL) AS served USING (recommendation_id)
      WHERE ratings.user_id = served.user_id`)
    expect(led).toEqual({ ratings: String(2 * lists), seconds: String(2 * lists) })
    const measured = await rows(`
      SELECT metric, variant, uniqExact(generation) AS models, sum(weight) AS weight, sum(value * weight) / sum(weight) AS figure
      FROM measurements FINAL GROUP BY metric, variant ORDER BY metric, variant`)
    expect(measured.map(({ metric, variant, weight }) => [metric, variant, weight])).toEqual(
      ['hr@10', 'ndcg@10'].flatMap((metric) =>
        ['at-watermark', 'folded-in', 'popular'].map((variant) => [metric, variant, VIEWERS * POSITIVES_EACH]),
      ),
    )
    // They like what they were shown second: by all that is known each is a hit, by what was known of them then, nothing, few are.
    const figureOf = (wanted: string) =>
      measured.find(({ variant, metric }) => `${metric} ${variant}` === wanted)?.figure
    expect(figureOf('hr@10 folded-in')).toBeGreaterThan(Number(figureOf('hr@10 at-watermark')))
    expect(figureOf('hr@10 popular')).toBe(figureOf('hr@10 at-watermark'))
    await annotate(
      measured.map(({ metric, variant, figure }) => `${metric} ${variant} ${Number(figure).toFixed(3)}`).join('; '),
    )
  } finally {
    await clickhouse.close()
  }
}, 240_000)
