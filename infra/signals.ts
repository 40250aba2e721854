import { writeSync } from 'node:fs'

/** The same stop may come twice: a terminal sends Ctrl-C to npm and to node, and npm passes its own on. */
const SAME_STOP_MS = 2_000
/** Whoever waits for us has given up by then. */
const STOP_DEADLINE_MS = 10_000

/** Not by an exit, which waits for native code on other threads, as for a query of ClickHouse, however long it takes. */
const leave = (): unknown => process.kill(process.pid, 'SIGKILL')

/**
 * Aborted by the first SIGTERM or SIGINT. A second one, later than the same keystroke can send it, ends the process at once; so
 * does a stop that takes longer than it may.
 */
export function untilStopped(): AbortSignal {
  const stop = new AbortController()
  let stoppedAt = 0
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      stoppedAt = performance.now()
      stop.abort()
      setTimeout(() => {
        writeSync(
          process.stderr.fd,
          `foldstream: not everything ended in ${STOP_DEADLINE_MS / 1000} s; leaving all the same. What was acknowledged is on the log.\n`,
        )
        leave()
      }, STOP_DEADLINE_MS).unref()
    } else if (performance.now() - stoppedAt > SAME_STOP_MS) leave()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return stop.signal
}
