import { userSampler } from './user-sample.ts'

/** Enough to tell models apart whose ndcg@100 differs by half a percent. */
const MAX_MEASURED_USERS = 2000

/** Users with a held-out positive and all their ratings: user n gave items[starts[n]] … items[starts[n+1]−1]. */
export interface MeasuredUsers {
  readonly userIds: readonly string[]
  readonly starts: Int32Array
  /** By the numbers of whoever gathered them. */
  readonly items: Int32Array
  readonly values: Float64Array
}

/**
 * Collects the users that models are compared on: at most 2,000 of those with a held-out positive, the same ones from rebuild to
 * rebuild. Their ratings are kept as they are, since each model has its own notion of what a rating weighs.
 */
export function measuredUsers() {
  const sampler = userSampler<{ readonly items: Int32Array; readonly values: Float64Array }>(MAX_MEASURED_USERS)
  let current = { userId: '', isMeasured: false }
  let items: number[] = []
  let values: number[] = []

  function finishUser(): void {
    if (current.isMeasured)
      sampler.offer(current.userId, () => ({ items: Int32Array.from(items), values: Float64Array.from(values) }))
    items = []
    values = []
  }

  return {
    /** A user's ratings come together. @param isMeasured it is a held-out positive */
    add(userId: string, item: number, value: number, isMeasured: boolean): void {
      if (userId !== current.userId) {
        finishUser()
        current = { userId, isMeasured: false }
      }
      items.push(item)
      values.push(value)
      current.isMeasured ||= isMeasured
    },

    /** Those chosen of all that came, sorted by id. Call it last. */
    chosen(): MeasuredUsers {
      finishUser()
      const chosen = sampler.chosen()
      const starts = new Int32Array(chosen.length + 1)
      chosen.forEach(({ kept }, n) => {
        starts[n + 1] = (starts[n] as number) + kept.items.length
      })
      const all = {
        items: new Int32Array(starts[chosen.length] as number),
        values: new Float64Array(starts[chosen.length] as number),
      }
      chosen.forEach(({ kept }, n) => {
        all.items.set(kept.items, starts[n])
        all.values.set(kept.values, starts[n])
      })
      return { userIds: chosen.map(({ userId }) => userId), starts, ...all }
    },
  }
}
