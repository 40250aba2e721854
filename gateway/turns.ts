/**
 * Lets work on the same things take turns, in the order in which it is asked for; work on others goes on beside it.
 *
 * @returns a function that does a piece of work once all that was asked for before, on any of these ids, has ended
 */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>()

  return async function inTurn<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = new Set(ids.map((id) => last.get(id)).filter((turn) => turn !== undefined))
    // All are taken at once, so that no two can wait for each other.
    const turn = before.size === 0 ? work() : Promise.allSettled(before).then(work)
    for (const id of ids) last.set(id, turn)
    try {
      return await turn
    } finally {
      for (const id of ids) if (last.get(id) === turn) last.delete(id)
    }
  }
}
