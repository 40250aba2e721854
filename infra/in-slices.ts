import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Steps } from '../models/ranking/layout.ts'

/** So long a piece of work may keep the event loop to itself, and one step more. */
const SLICE_MS = 4

/** Does work at once if it is short, and otherwise lets everything else have a turn now and then. */
export async function inSlices<Result>(steps: Steps<Result>): Promise<Result> {
  for (let began = performance.now(); ; ) {
    const { done, value } = steps.next()
    if (done) return value
    if (performance.now() - began < SLICE_MS) continue
    await yieldToRequests()
    began = performance.now()
  }
}

/** The same for many small pieces of work. */
export const mapInSlices = <From, To>(elements: readonly From[], map: (element: From, index: number) => To) =>
  inSlices(mapInSteps(elements, map))

function* mapInSteps<From, To>(elements: readonly From[], map: (element: From, index: number) => To): Steps<To[]> {
  const mapped: To[] = []
  for (const [index, element] of elements.entries()) {
    mapped.push(map(element, index))
    yield
  }
  return mapped
}
