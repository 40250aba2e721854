import { createWorkspace } from './workspace.ts'

/** Calls timed together: the clock's own cost must not count. */
const LEAST_MS = 0.05

/** Median time of one call in ms, over at least `budgetMs` of calls and never fewer than five measurements; the first calls only warm up. */
export function medianMs(work: () => void, budgetMs = 500): number {
  const times: number[] = []
  let calls = 0
  const warmUpStart = performance.now()
  for (; performance.now() - warmUpStart < budgetMs / 5; calls++) work()
  const together = Math.ceil(LEAST_MS / ((performance.now() - warmUpStart) / calls))
  for (let spent = 0; spent < budgetMs || times.length < 5; ) {
    const start = performance.now()
    for (let n = 0; n < together; n++) work()
    const took = performance.now() - start
    spent += took
    times.push(took / together)
  }
  return times.sort((x, y) => x - y)[times.length >> 1] as number
}

/** Multiply-adds per second of the kernel's tiles on one panel again and again, which stays in the nearest cache: its peak. */
export function peakMultiplyAdds(d: number): number {
  const { kernels, floats } = createWorkspace()
  const width = Math.ceil(d / 8) * 8
  const rows = Math.min(128, 8192 / width)
  const [panel, sum] = [floats(rows * width), floats(width * width)]
  panel.data.fill(2 ** -10)
  const ms = medianMs(() => kernels.syrk(panel.at, rows, width, sum.at, sum.at))
  // Tiles of 4×8 over the upper triangle.
  return (1000 * rows * (width / 8) * (width + 8) * 4) / ms
}

/** To three digits, as benchmarks print. */
export const rounded = (value: number): number => Number(value.toPrecision(3))
