import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createReclamation } from './reclamation.ts'

/** A request that ends when it is told to. */
function begin({ during }: ReturnType<typeof createReclamation>) {
  const end = Promise.withResolvers<void>()
  const ended = during(() => end.promise)
  return {
    end(): Promise<void> {
      end.resolve()
      return ended
    },
  }
}

it('gives back at once what nobody can be using', () => {
  const reclamation = createReclamation()
  const given: string[] = []
  reclamation.whenUnused(() => given.push('a'))
  reclamation.whenUnused(() => given.push('b'))
  expect(given).toEqual(['a', 'b'])
})

it('lets go after a request that failed, too', async () => {
  const { during, whenUnused } = createReclamation()
  const given: string[] = []
  const request = during(async () => {
    whenUnused(() => given.push('a'))
    expect(given).toEqual([])
    throw new Error('it failed')
  })
  await expect(request).rejects.toThrow('it failed')
  expect(given).toEqual(['a'])
})

it('gives everything back exactly when every request has ended that had begun before', async () => {
  const step = fc.oneof(
    fc.constant({ type: 'begin' as const }),
    fc.constant({ type: 'give back' as const }),
    fc.record({ type: fc.constant('end' as const), which: fc.nat(20) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const reclamation = createReclamation()
      const running = new Set<ReturnType<typeof begin>>()
      const waiting: { isGiven: boolean; users: Set<ReturnType<typeof begin>> }[] = []
      for (const one of steps) {
        if (one.type === 'begin') running.add(begin(reclamation))
        if (one.type === 'give back') {
          const entry = { isGiven: false, users: new Set(running) }
          waiting.push(entry)
          reclamation.whenUnused(() => {
            expect(entry.isGiven).toBe(false)
            entry.isGiven = true
          })
        }
        if (one.type === 'end') {
          const request = [...running][one.which]
          if (request) running.delete(request)
          await request?.end()
        }
        for (const { isGiven, users } of waiting) expect(isGiven).toBe(users.isDisjointFrom(running))
      }
    }),
  )
})
