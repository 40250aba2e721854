import { createSelection } from '../ranking/selection.ts'
import type { Recommender } from './model.ts'
import type { Answer, Fitted, Metric } from './named-metrics.ts'
import type { Hits } from './ranking-metrics.ts'
import type { Query } from './split.ts'
import { standingOf } from './standing.ts'

/** What came of asking. */
export interface Judgement {
  /** How many users were ranked for, or had their values estimated. */
  readonly users: number
  /** By the names of the metrics; NaN where there was nothing to measure, or the model does not estimate. */
  readonly figures: Readonly<Record<string, number>>
}

/** Asks models for one user after the other, and measures their answers. */
export function createJudge(metrics: readonly Metric[], fitted: Fitted) {
  const meters = metrics.map((metric) => ({ name: metric.name, meter: metric.start(fitted) }))
  const depths = metrics.map((metric) => metric.depth)
  const depth = Math.max(0, ...depths.filter((each) => each < Infinity))
  const ranksAll = depths.includes(Infinity)
  const ranks = metrics.some(({ needsEstimates }) => !needsEstimates)
  const estimates = metrics.some(({ needsEstimates }) => needsEstimates)
  const rows = new Set<number>()
  // Kept from one question to the next: a catalogue is large, and questions are many.
  let scores = new Float32Array()
  let isCandidate = new Uint8Array()

  function rank(recommender: Recommender, query: Query): Omit<Answer, 'errors'> {
    if (!ranksAll && recommender.best && query.candidates === undefined) {
      const list = recommender.best(query.history, query.known, depth)
      return { hits: hitsIn(list, query), list }
    }
    recommender.scores(query.history, scores)
    markCandidates(query, isCandidate)
    const list = depth > 0 ? best(scores, isCandidate, depth) : []
    const standing = ranksAll ? standingOf(scores, isCandidate, query.relevant, query.missed) : undefined
    return { hits: standing ?? hitsIn(list, query), standing, list }
  }

  function errorsOf(recommender: Recommender, { history, tested: { items, values } }: Query): readonly number[] {
    if (recommender.estimates === undefined) return []
    recommender.estimates(history, scores)
    return Array.from(items, (item, n) => (scores[item] as number) - (values[n] as number))
  }

  return {
    ask(recommender: Recommender, itemCount: number, query: Query): void {
      const isRanked = ranks && query.relevant.length + query.missed > 0
      const isEstimated = estimates && query.tested.items.length > 0
      if (!isRanked && !isEstimated) return
      if (scores.length !== itemCount) {
        scores = new Float32Array(itemCount)
        isCandidate = new Uint8Array(itemCount)
      }
      rows.add(query.row)
      const ranking = isRanked ? rank(recommender, query) : { hits: undefined, list: [] }
      const errors = isEstimated ? errorsOf(recommender, query) : []
      for (const { meter } of meters) meter.add({ ...ranking, errors })
    },
    judgement: (): Judgement => ({
      users: rows.size,
      figures: Object.fromEntries(meters.map(({ name, meter }) => [name, meter.value()])),
    }),
  }
}

/** @param isCandidate becomes 1 for the items that are ranked, 0 for the others */
function markCandidates({ candidates, known, relevant }: Query, isCandidate: Uint8Array): void {
  isCandidate.fill(candidates === undefined ? 1 : 0)
  if (candidates === undefined) for (const item of known) isCandidate[item] = 0
  else for (const items of [candidates, relevant]) for (const item of items) isCandidate[item] = 1
}

/** The first `depth` candidates, best first, ties by item order. @throws RangeError when a score is not a number */
function best(scores: Float32Array, isCandidate: Uint8Array, depth: number): number[] {
  const selection = createSelection(depth)
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] as number
    // Also what is not a number: it is not less than anything.
    if (score <= selection.toBeat || isCandidate[item] === 0) continue
    if (Number.isNaN(score)) throw new RangeError(`The score of item ${item} is not a number.`)
    selection.offer(item, score)
  }
  return selection.ranked().map(({ index }) => index)
}

function hitsIn(list: readonly number[], { relevant, missed }: Query): Hits {
  const places = Int32Array.from(list.keys().filter((place) => relevant.includes(list[place] as number)))
  return { places, relevant: relevant.length + missed }
}
