import { hash } from '../hash.ts'

/** Enough to find people of any taste among, and a few MB of a generation at usual factors. */
const MAX_SAMPLED_USERS = 10_000

interface Candidate<Kept> {
  readonly userId: string
  readonly order: number
  readonly kept: Kept
}

/**
 * Chooses some of the users that are offered, however many come: those whose ids have the smallest hashes. So it is the same
 * users from rebuild to rebuild, whatever order they come in, and who joins pushes out one at most.
 */
export function userSampler<Kept>(limit = MAX_SAMPLED_USERS) {
  let candidates: Candidate<Kept>[] = []
  /** Nobody whose hash is greater can be chosen any more. */
  let greatest = Infinity

  function cut(): void {
    // Ties by id: never by who came first.
    candidates.sort((x, y) => x.order - y.order || (x.userId < y.userId ? -1 : 1))
    candidates = candidates.slice(0, limit)
    if (candidates.length === limit) greatest = candidates.at(-1)?.order ?? -1
  }

  return {
    /** @param keep what the caller wants back of this user; called only while the user may be chosen */
    offer(userId: string, keep: () => Kept): void {
      const order = hash(userId)
      if (order > greatest) return
      candidates.push({ userId, order, kept: keep() })
      if (candidates.length >= 2 * limit) cut()
    },
    /** Those chosen of all that were offered, sorted by id. */
    chosen(): readonly { readonly userId: string; readonly kept: Kept }[] {
      cut()
      return candidates.toSorted((x, y) => (x.userId < y.userId ? -1 : 1))
    },
  }
}
