import { expect, it } from 'vitest'
import { inSlices, mapInSlices } from './in-slices.ts'

/** Counts turns of the event loop. */
function turns() {
  let count = 0
  let next: NodeJS.Immediate | undefined
  const turn = (): void => {
    count++
    next = setImmediate(turn)
  }
  turn()
  return { count: () => count, stop: () => clearImmediate(next) }
}

function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it('lets others have a turn again and again while much is to be done', async () => {
  const others = turns()
  const results = await mapInSlices(Array(20).fill(0), (_, index) => {
    work(5)
    return [index, others.count()]
  })
  others.stop()
  expect(results.map(([index]) => index)).toEqual([...results.keys()])
  expect(new Set(results.map(([, turn]) => turn)).size).toBe(20)
})

it('passes on what fails, and lets go of what it worked on', async () => {
  let isReleased = false
  function* failing(): Generator<undefined, never> {
    try {
      yield
      throw new Error('cannot be done')
    } finally {
      isReleased = true
    }
  }
  await expect(inSlices(failing())).rejects.toThrow('cannot be done')
  expect(isReleased).toBe(true)
})
