const LOOK_MS = 1_000
/** A clock that is kept in step is never moved by so much at once. */
const JUMP_MS = 500

/** Calls `jumped` once `Date.now` goes back, as when somebody sets the machine's clock. @returns stops watching */
export function whenSetBack(jumped: () => void): () => void {
  let ahead = Date.now() - performance.now()
  const looking = setInterval(() => {
    const now = Date.now() - performance.now()
    if (now < ahead - JUMP_MS) jumped()
    ahead = now
  }, LOOK_MS).unref()
  return () => clearInterval(looking)
}
