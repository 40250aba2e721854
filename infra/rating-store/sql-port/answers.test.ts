import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAnswers } from './answers.ts'
import { createSqlApp } from './app.ts'
import { sqlEngine } from './engine.fixture.ts'

describe('answers', () => {
  async function open(limits = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'foldstream-answers-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'of a killed process'), 'x')
    const { store } = await openAnswers(folder, limits)
    const ended: string[] = []
    return {
      names: () => readdir(folder),
      ended,
      store: (text: string) =>
        store(
          (path) => writeFile(path, text),
          () => ended.push(text),
        ),
    }
  }

  it('are on the disk without a name until they are read, once', async () => {
    const { names, store } = await open()
    expect(await names()).toEqual([])
    const { length, content } = await store('abc')
    expect([length, await names()]).toEqual([3, []])
    expect((await buffer(content)).toString()).toBe('abc')
  })

  it('leave no file where they cannot be made', async () => {
    const { names, store } = await open({ answerBytes: 3 })
    await expect(store('abcd')).rejects.toThrow(/^Code: 396\..* in this format it is longer than/)
    expect(await names()).toEqual([])
  })

  it('wait until others are read, or are not to be read any more', async () => {
    const { store } = await open({ answerBytes: 2, heldBytes: 4 })
    const [first, second] = [await store('ab'), await store('c')]
    await expect(store('d')).rejects.toThrow('TOO_MANY_SIMULTANEOUS_QUERIES')
    const closed = once(second.content, 'close')
    second.content.destroy()
    await closed
    await store('e').then(({ content }) => buffer(content))
    await buffer(first.content)
  })

  it('have room on the disk', async () => {
    const { store } = await open({ freeBytes: 2 ** 60 })
    await expect(store('a')).rejects.toThrow('NOT_ENOUGH_SPACE')
  })
})

describe('a long answer', () => {
  const { engine, folder } = sqlEngine()
  const ask = (query: string, url: Record<string, string>, init: RequestInit = {}) =>
    createSqlApp(engine(), { mayRead: () => true }).request(`http://127.0.0.1/?${new URLSearchParams(url)}`, {
      method: 'POST',
      body: query,
      ...init,
      headers: { host: '127.0.0.1', ...init.headers },
    })

  it('is ended while it grows, where its format makes much of little', async () => {
    const answer = await ask(
      `SELECT number AS ${'a'.repeat(500)} FROM system.numbers LIMIT 1000000 FORMAT JSONEachRow`,
      {},
    )
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(/^Code: 396\./)])
    expect(await readdir(join(folder(), 'answers'))).toEqual([])
  })

  it.each([
    ['plain', 'identity', {}],
    ['packed', 'gzip', { enable_http_compression: '1' }],
    ['Native', 'identity', { client_protocol_version: '54460', default_format: 'Native' }],
  ] as const)('that nobody reads to its end holds up nothing: %s', async (_, encoding, url) => {
    const query = 'SELECT toString(number) AS a FROM system.numbers LIMIT 900000'
    const answer = await ask(query, url, { headers: { 'accept-encoding': encoding } })
    const reader = answer.body?.getReader()
    expect((await reader?.read())?.value?.length).toBeLessThan(1 << 20)
    await reader?.cancel()
    expect(await (await ask('SELECT 1', {})).text()).toBe('1\n')
  })
})
