import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { loggedError, plainLine } from './logging.ts'

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

it('tells people on a terminal the same in plain text', () => {
  const time = '2026-11-29T10:55:44.866Z'
  expect(plainLine(JSON.stringify({ level: 30, time, generation: 'g1', pairs: 9, msg: 'generation loaded' }))).toBe(
    '10:55:44 generation loaded (generation g1, pairs 9)',
  )
  expect(
    plainLine(JSON.stringify({ level: 40, time, msg: 'no heartbeat', err: { message: 'refused', stack: 'at …' } })),
  ).toBe('10:55:44 warning: no heartbeat: refused')
  expect(plainLine(JSON.stringify({ level: 50, time, err: { message: 'gone', stack: 'Error: gone\n  at x' } }))).toBe(
    '10:55:44 error: gone\nError: gone\n  at x',
  )
})

it.each([
  ['a pipe', undefined, /^\{"level":40,.*"part":"x",.*"msg":"heard"\}\n$/],
  ['a terminal', true, /^\d\d:\d\d:\d\d warning: heard \(part x, url redis:\/\/\S*@h\)\n$/],
])('writes to %s as who reads there likes it, and no secret', (_, isTTY, expected) => {
  const program = `process.stderr.isTTY = ${isTTY}
    const { createLogger } = await import('${new URL('./logging.ts', import.meta.url).href}')
    createLogger('info').warn({ part: 'x', url: 'redis://me:secret@h' }, 'heard')`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(stderr).toMatch(expected)
  expect(stderr).not.toContain('secret')
})
