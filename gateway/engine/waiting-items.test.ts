import { expect, it } from 'vitest'
import { createWaitingItems } from './waiting-items.ts'

it('tells which items wait for somebody, until they wait no more or for others', () => {
  const waiting = createWaitingItems()
  waiting.add('a', ['u', 'v'])
  waiting.add('b', ['v', 'w'])
  expect([...waiting.waitingFor('v')]).toEqual(['a', 'b'])
  waiting.add('a', ['u'])
  expect([...waiting.waitingFor('v')]).toEqual(['b'])
  waiting.remove('b')
  expect([...waiting.waitingFor('w')]).toEqual([])
  expect([...waiting.all()]).toEqual(['a'])
  expect([...waiting.waitingFor('u')]).toEqual(['a'])
})
