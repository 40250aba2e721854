import { vi } from 'vitest'

/** As `expect.poll` has it in vitest.config.ts; of `vi.waitFor` there is no setting, and a second is little on a busy machine. */
const PATIENCE = { timeout: 60_000, interval: 20 }

const { waitFor } = vi
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { ...PATIENCE, ...options })
