import { expect, it } from 'vitest'
import { UnavailableError } from '../errors.ts'
import { groupCommit } from './group-commit.ts'

it('refuses what is too much to wait, and takes more once the log has caught up', async () => {
  const gate = Promise.withResolvers<void>()
  const { submit } = groupCommit<number, number>({
    commit: async (group) => {
      await gate.promise
      return group
    },
    sizeOf: (size) => size,
    maxSize: 10,
    maxWaiting: 20,
  })
  const first = [submit(10), submit(10)]
  await expect(submit(1)).rejects.toThrow(UnavailableError)
  gate.resolve()
  expect(await Promise.all(first)).toEqual([10, 10])
  expect(await submit(5)).toBe(5)
})
