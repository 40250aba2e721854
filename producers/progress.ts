import { SingleBar } from 'cli-progress'

const PLAIN_INTERVAL_MS = 5_000

/** Shows how far something has come. */
export interface Progress {
  /**
   * @param total  an estimate will do
   * @param note   what is done so far, in words: "40,000 ratings"
   */
  update(done: number, total: number, note: string): void
  /** Draws the last state and leaves the line. */
  stop(): void
}

/** A bar on a terminal, else a plain line every five seconds and one at the end. Drawn on stderr: stdout is for results. */
export function createProgress(label: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? barProgress(label, stream) : plainProgress(label, stream)
}

function barProgress(label: string, stream: NodeJS.WriteStream): Progress {
  const format = `${label} [{bar}] {percentage}% | {note} | {eta_formatted} left`
  // Signals are ours to handle: an import leaves after the batch under way.
  const bar = new SingleBar({ format, stream, barsize: 24, hideCursor: true, gracefulExit: false })
  bar.start(1, 0, { note: '' })
  return {
    update(done, total, note) {
      bar.setTotal(Math.max(total, done))
      bar.update(done, { note })
    },
    stop: () => bar.stop(),
  }
}

function plainProgress(label: string, stream: NodeJS.WritableStream): Progress {
  let shownAt = performance.now()
  let unseen: string | undefined
  const show = (): void => {
    if (unseen !== undefined) stream.write(`${unseen}\n`)
    unseen = undefined
    shownAt = performance.now()
  }
  return {
    update(done, total, note) {
      unseen = `${label}: ${Math.floor((100 * done) / Math.max(total, done, 1))}%, ${note}`
      if (performance.now() - shownAt >= PLAIN_INTERVAL_MS) show()
    },
    stop: show,
  }
}
