import { within } from './deadline.ts'
import { messageOf } from './errors.ts'

const LOOK_MS = 2_000
const DEADLINE_MS = 2_000

/** What is wrong. */
export interface Trouble {
  /** ms since 1970: when it was first found. */
  readonly since: number
  readonly message: string
}

/** Asks a store now and then whether it is there. @param ping  throws while it is not */
export function watchStore(ping: () => Promise<void>): { trouble(): Trouble | undefined; close(): void } {
  let trouble: Trouble | undefined
  let isAsking = false

  async function look(): Promise<void> {
    if (isAsking) return
    isAsking = true
    try {
      await within(DEADLINE_MS, ping())
      trouble = undefined
    } catch (error) {
      trouble = { since: trouble?.since ?? Date.now(), message: messageOf(error) }
    } finally {
      isAsking = false
    }
  }
  const looking = setInterval(() => void look(), LOOK_MS)

  return { trouble: () => trouble, close: () => clearInterval(looking) }
}
