export interface Reclamation {
  /** Whatever is no longer needed from now on stays until `request` has ended. */
  during<T>(request: () => Promise<T>): Promise<T>
  /** Runs `dispose` as soon as no request is under way that had begun by now: at once where there is none. */
  whenUnused(dispose: () => void): void
}

interface Epoch {
  requests: number
  readonly disposals: (() => void)[]
  next: Epoch | undefined
}

/**
 * Memory that requests share and that is replaced under their feet, given back when the last of them lets go (epoch-based
 * reclamation, Fraser 2004, "Practical lock-freedom"): every replacement ends an epoch, and what was replaced in it goes when
 * neither it nor any before it has a request left. So a request need not say what it uses.
 */
export function createReclamation(): Reclamation {
  let current = beginEpoch()
  let oldest = current

  function settle(): void {
    while (oldest.requests === 0 && oldest.next) {
      const { disposals, next } = oldest
      oldest = next
      for (const dispose of disposals) dispose()
    }
  }

  return {
    async during(request) {
      const epoch = current
      epoch.requests++
      try {
        return await request()
      } finally {
        epoch.requests--
        settle()
      }
    },
    whenUnused(dispose) {
      current.disposals.push(dispose)
      current.next = beginEpoch()
      current = current.next
      settle()
    },
  }
}

const beginEpoch = (): Epoch => ({ requests: 0, disposals: [], next: undefined })
