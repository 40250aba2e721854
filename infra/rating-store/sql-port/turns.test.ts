import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

function turns() {
  const left: number[] = []
  const inTurn = createTurns((count) => left.push(count), { graceMs: 10 })
  const stuck = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const gone = new AbortController()
    const told = inTurn(gone.signal, () => promise).catch((reason: Error) => reason)
    return { end: resolve, told, leave: () => gone.abort(new Error('gone')) }
  }
  const ask = () => inTurn(new AbortController().signal, async () => 'answer')
  return { left, inTurn, stuck, ask }
}

it('a query that goes on when it is to end gives its turn to the next, and whoever asked for it is told', async () => {
  const { left, stuck, ask } = turns()
  const [one, two] = [stuck(), stuck()]
  const next = ask()
  one.leave()
  expect(await next).toBe('answer')
  expect(await one.told).toEqual(new Error('gone'))
  expect(left).toEqual([1])
  two.end()
  expect(await two.told).toBeUndefined()
})

it('one that ends soon is not left behind', async () => {
  const { left, stuck } = turns()
  const one = stuck()
  one.leave()
  one.end()
  expect(await one.told).toBeUndefined()
  await sleep(30)
  expect(left).toEqual([])
})

it('three that go on leave no thread: nobody waits in vain, and turns come back with them', async () => {
  const { left, inTurn, stuck, ask } = turns()
  const all = [stuck(), stuck(), stuck()]
  const waiting = inTurn(new AbortController().signal, async () => {})
  for (const one of all.slice(0, 2)) one.leave()
  await Promise.all(all.slice(0, 2).map(({ told }) => told))
  all[2]?.leave()
  await expect(waiting).rejects.toThrow('3 queries that are to end go on')
  await expect(ask()).rejects.toThrow('TOO_MANY_SIMULTANEOUS_QUERIES')
  expect(left).toEqual([1, 2, 3])
  all[0]?.end()
  await all[0]?.told
  await sleep(0)
  expect(await ask()).toBe('answer')
  for (const { end } of all) end()
})
