import { expect, it } from 'vitest'
import { loggedError } from './logging.ts'

it('logs of an error its texts, its code and those of its causes, and nothing else that hangs on it', () => {
  const refused = Object.assign(new Error('NOPERM'), { command: { name: 'auth', args: ['secret'] } })
  const error = Object.assign(new TypeError('it failed', { cause: refused }), {
    code: 'E1',
    input: 'redis://:secret@h',
  })
  const logged = loggedError(error)
  expect(logged).toEqual({
    type: 'TypeError',
    message: 'it failed: NOPERM',
    stack: expect.stringMatching(/TypeError: it failed\n.*caused by: Error: NOPERM\n/s),
    code: 'E1',
  })
  expect(JSON.stringify(logged)).not.toContain('secret')
  expect(loggedError(new AggregateError([refused, new Error('b')]))).toMatchObject({ errors: ['NOPERM', 'b'] })
})
