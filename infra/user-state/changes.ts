import type { StateChange } from './port.ts'

type Listener = (change: StateChange) => void

/** Hands every change to every listener, in the order of announcement. A listener must not throw. */
export function createChangeFeed(): { announce: Listener; listen(listener: Listener): () => void } {
  const listeners = new Set<Listener>()
  return {
    announce(change) {
      for (const listener of listeners) listener(change)
    },
    listen(listener) {
      // A function of its own, so that whoever listens twice is called twice and can stop once.
      const own: Listener = (change) => listener(change)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
