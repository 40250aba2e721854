import { expect, it } from 'vitest'
import { processName } from '../infra/process-name.ts'
import { REMEMBERED_MS, roleTroubles } from './role-troubles.ts'

const SOME_HOURS_MS = REMEMBERED_MS / 4
const beat = (role: string, process: string, trouble: object | null = null, age = 0) => ({
  ...{ role, process, at: Date.now() - age },
  details: { trouble },
})

it('are those of this process, and those that living ones of others tell of', () => {
  const [own, told] = [
    { part: 'sink', since: 2, message: 'here' },
    { since: 1, message: 'there' },
  ]
  const beats = [
    beat('sink', processName(), { since: 1, message: 'here, earlier' }),
    beat('gateway', processName(), { since: 1, message: 'told otherwise' }),
    beat('updater', 'other', told),
    beat('updater', 'dead', { since: 1, message: 'of long ago' }, SOME_HOURS_MS),
    beat('rebuilder', 'other'),
  ]
  expect(roleTroubles([own], beats)).toEqual([own, { part: 'updater', ...told }])
})

it('tell of a role that nobody has any more, by whom it was had last', () => {
  const last = beat('sink', 'second', null, SOME_HOURS_MS)
  const found = roleTroubles([], [beat('sink', 'first', null, 2 * SOME_HOURS_MS), last, beat('gateway', 'third')])
  expect(found).toEqual([{ part: 'sink', since: last.at, message: expect.stringContaining('second') }])
})
