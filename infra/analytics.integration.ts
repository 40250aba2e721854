import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { analyticsSink } from '../consumers/analytics-sink.ts'
import { replayLog } from '../consumers/replay/replay-log.ts'
import { answerOf, createClient } from '../gateway/client.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import { silent } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { openEmbeddedRatingStore } from './rating-store/clickhouse.ts'
import { connectEmbedded } from './rating-store/connect-embedded.ts'
import { SMALL_MODEL, startSystem, testDataset, testFolder } from './system.fixture.ts'

const STARS = { min: 0.5, max: 5, positiveFrom: 4 }
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
    // The first list is popular, the others are by taste. Of each the last item is liked, and once more, which is nothing new.
    for (let k = 0; k < POSITIVES_EACH; k++) {
      const { recommendationId, items } = await system.recommendations(userId, { ...(after && { after }) })
      lists++
      const itemId = items.at(-1)?.itemId as string
      const param = { userId, itemId }
      for (const value of [5, 4.5])
        after = (
          await answerOf(v1.users[':userId'].ratings[':itemId'].$put({ param, json: { value, recommendationId } }))
        ).token
    }
    await system.rate({ userId, itemId: `unheard of ${n}`, value: 5 })
  }
  await system.settled()
  const figure = async (url: string, name: string): Promise<number> => {
    const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
    return lines.reduce((sum, line) => sum + (line.startsWith(name) ? Number(line.split(' ').at(-1)) : 0), 0)
  }
  // On a machine that is busy with other work some are left out.
  const sent = VIEWERS * POSITIVES_EACH
  const predicted = await vi.waitFor(async () => {
    const [count = 0, leftOut = 0] = await Promise.all(
      ['foldstream_ratings_predicted_total', 'foldstream_ratings_not_predicted_total'].map((name) =>
        figure(system.url, name),
      ),
    )
    expect(count + leftOut).toBe(sent)
    return count
  })
  expect(predicted).toBeGreaterThan(0)
  expect(await figure(system.url, 'foldstream_served_dropped_total')).toBe(0)
  expect(await system.stop()).toBe(0)
  // What was still on its way is on the log.
  const [log, store] = [
    await openEmbeddedLog(join(data, 'log'), STARS),
    await openEmbeddedRatingStore(join(data, 'clickhouse')),
  ]
  await replayLog(log, analyticsSink(log, store, { logger: silent, metrics: createMetrics() }), () => {})
  await Promise.all([log.close(), store.close()])

  const clickhouse = await connectEmbedded(join(data, 'clickhouse'), 'foldstream')
  const rows = (sql: string) => clickhouse.read.rows<Record<string, unknown>>(sql)
  try {
    const [served] = await rows(`
      SELECT toString(uniqExact(recommendation_id)) AS lists, toString(uniqExact(user_id)) AS users, min(length(items)) AS shortest
      FROM served FINAL WHERE startsWith(user_id, 'viewer-')`)
    expect(served).toMatchObject({ lists: String(lists), users: String(VIEWERS) })
    const [led] = await rows(`
      SELECT toString(count()) AS ratings, toString(countIf(served.items[-1] = ratings.item_id)) AS theLast
      FROM (SELECT * FROM ratings FINAL) AS ratings INNER JOIN (SELECT * FROM served FINAL) AS served USING (recommendation_id)
      WHERE ratings.user_id = served.user_id`)
    expect(led).toEqual({ ratings: String(2 * lists), theLast: String(2 * lists) })
    const measured = await rows(`
      SELECT metric, variant, uniqExact(generation) AS models, sum(weight) AS pairs, sum(value * weight) / sum(weight) AS figure
      FROM measurements FINAL WHERE metric LIKE '%@10' GROUP BY metric, variant ORDER BY metric, variant`)
    expect(measured.map(({ metric, variant, pairs }) => [metric, variant, pairs])).toEqual(
      ['hr@10', 'ndcg@10'].flatMap((metric) =>
        ['at-watermark', 'folded-in', 'popular'].map((variant) => [metric, variant, predicted]),
      ),
    )
    // They like what they were shown last: by all that is known each is a hit, by what was known of them then, nothing, few are.
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
