import { hash } from '../hash.ts'

/** Enough to find people of any taste among, and a few MB of a generation at usual factors. */
const MAX_SAMPLED_USERS = 10_000

interface Candidate {
  readonly userId: string
  readonly order: number
  readonly user: number
}

/**
 * Chooses some of the users that are offered, however many come: those whose ids have the smallest hashes. So it is the same
 * users from rebuild to rebuild, whatever order they come in, and who joins pushes out one at most.
 */
export function userSampler(limit = MAX_SAMPLED_USERS) {
  let candidates: Candidate[] = []
  /** Nobody whose hash is greater can be chosen any more. */
  let greatest = Infinity

  function cut(): void {
    // Ties by id: never by who came first.
    candidates.sort((x, y) => x.order - y.order || (x.userId < y.userId ? -1 : 1))
    candidates = candidates.slice(0, limit)
    if (candidates.length === limit) greatest = candidates.at(-1)?.order ?? -1
  }

  return {
    /** @param user the caller's own number of that user */
    offer(userId: string, user: number): void {
      const order = hash(userId)
      if (order > greatest) return
      candidates.push({ userId, order, user })
      if (candidates.length >= 2 * limit) cut()
    },
    /** Those chosen of all that were offered, sorted by id. */
    chosen(): readonly { readonly userId: string; readonly user: number }[] {
      cut()
      return candidates.toSorted((x, y) => (x.userId < y.userId ? -1 : 1))
    },
  }
}
