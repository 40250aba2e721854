import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished, vi } from 'vitest'
import { encodeEvent } from '../models/events/codec.ts'
import type { RatingEvent } from '../models/events/types.ts'
import { messageOf } from './errors.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import { runFoldstream } from './services/foldstream.ts'
import { freePort } from './services/process.ts'
import { startRedis } from './services/redis.ts'
import { startSystem, testFolder } from './system.fixture.ts'

const PASSWORD = 'p#ss/w0rd-Qz'
const KEY = 'key-0123456789-Qz'
const CREDENTIALS = `me:${encodeURIComponent(PASSWORD)}`
/** Also as parts of it show where an address is cut at a character that is not encoded. */
const SECRETS = [PASSWORD, encodeURIComponent(PASSWORD), KEY, 'w0rd-Qz', btoa(`me:${PASSWORD}`)]

const RATED = { userId: 'user-Qz', itemId: 'item-Qz', value: 2.71003 }
const CONTENT = [RATED.userId, RATED.itemId, '2.71003', '2710.03']

const event = (of: Partial<RatingEvent>): RatingEvent => ({
  ...{ type: 'rating', eventId: crypto.randomUUID(), occurredAt: 1, recommendationId: null },
  ...RATED,
  ...of,
})

/** @returns lines of the log at `info` and above, and what was printed beside it */
const shownAtInfo = (output: string): string[] =>
  output.split('\n').filter((line) => !line.startsWith('{') || JSON.parse(line).level >= 30)

/** Waits for a line that the log is to have, which also shows that what is searched below was told at all. */
const logged = (output: () => string, ...parts: string[]) =>
  vi.waitFor(() => {
    const found = shownAtInfo(output()).some((line) => parts.every((part) => line.includes(part)))
    if (!found) throw new Error(`no line says ${parts.join(' and ')}`)
  })

function expectDiscreet(output: string, secrets: readonly string[] = SECRETS): void {
  for (const secret of secrets) expect(output).not.toContain(secret)
  const shown = shownAtInfo(output).join('\n')
  for (const content of CONTENT) expect(shown).not.toContain(content)
}

/** Where one expects ClickHouse, something that tells the whole request back, as a proxy may. */
async function startEcho(): Promise<string> {
  const server = createServer((request: IncomingMessage, response) => {
    response.writeHead(500).end(`bad gateway: ${request.url} ${JSON.stringify(request.headers)}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('a start that leaves the door open to pages says so', async () => {
  const args = ['--dataset', 'none', '--data-dir', await testFolder()]
  const { output } = await startSystem(args, { CORS_ORIGINS: 'https://shop.example' })
  await logged(output, 'CORS_ORIGINS without API_KEYS', '"level":40')
})

it('a start that fails repeats no secret of its settings', async () => {
  const echo = await startEcho()
  const folder = join(await testFolder(), 'data')
  const raw = `me:${PASSWORD}`
  const settings = [
    { RATING_STORE_URL: `http://${CREDENTIALS}@${echo}` },
    { RATING_STORE_URL: `http://${raw}@127.0.0.1:1/db` },
    { USER_STATE_URL: `redis://${CREDENTIALS}@127.0.0.1:1` },
    { USER_STATE_URL: `redis://${raw}@127.0.0.1:1` },
    { MODEL_STORE_URL: `rediss://${CREDENTIALS}@127.0.0.1:1` },
    { API_KEYS: KEY },
  ]
  const ends = settings.map(async (env, n) => {
    const args = ['start', '--port', '0', '--data-dir', `${folder}-${n}`]
    const { code, output } = await runFoldstream(args, { ...env, LOG_LEVEL: 'trace' })
    expect(code, output).toBeGreaterThan(0)
    expect(output).toMatch(new RegExp(`^foldstream: .*${Object.keys(env)[0]}`, 'm'))
    expectDiscreet(output)
  })
  await Promise.all(ends)
})

it('a system in trouble logs what is wrong, no secret, and of ratings only where they stand', async ({ skip }) => {
  const folder = await testFolder()
  const options = { folder, port: await freePort(), detached: false }
  const service = await startRedis(options).catch((error: unknown) => {
    if (process.env.REQUIRE_SERVICES === '1') throw error
    return skip(messageOf(error))
  })
  onTestFinished(service.stop)
  const redis = new Redis(service.url)
  onTestFinished(() => redis.disconnect())
  const allow = (...rules: string[]) => redis.call('ACL', 'SETUSER', 'me', ...rules)
  await allow('on', `>${PASSWORD}`, '~*', '&*', '+@all')

  // What another program wrote: no event, one beyond the scale, and an item that no gateway would take.
  const data = join(folder, 'data')
  const log = await openEmbeddedLog(join(data, 'log'), { min: 0.5, max: 5, positiveFrom: 4 })
  const beyond = event({ value: 2710.03 })
  const key = RATED.userId
  await log.append('ratings', [
    { key, value: Buffer.from(JSON.stringify(RATED)) },
    { key, value: encodeEvent(beyond) },
  ])
  await log.close()

  const url = `redis://${CREDENTIALS}@${new URL(service.url).host}`
  const {
    output,
    url: address,
    stop,
  } = await startSystem(['--data-dir', data, '--dataset', 'none'], {
    USER_STATE_URL: url,
    MODEL_STORE_URL: url,
    API_KEYS: `me:ingest+read+admin:${createHash('sha256').update(KEY).digest('hex')}`,
    LOG_LEVEL: 'trace',
  })
  const { token } = JSON.parse(await readFile(join(data, 'lock'), 'utf8'))
  let asked = 0
  /** @returns what was answered, and the id of the request */
  async function ask(path: string, body?: object, authorization = `Bearer ${KEY}`) {
    const requestId = `ask-${asked++}`
    const headers = { authorization, 'content-type': 'application/json', 'x-request-id': requestId }
    const answer = await fetch(address + path, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })
    return { status: answer.status, requestId, text: await answer.text() }
  }
  const list = `/v1/users/${RATED.userId}/recommendations`

  await logged(output, 'put aside', beyond.eventId, '"partition":', '"offset":')
  await logged(output, 'put aside', 'c301')
  expect(await ask('/v1/ratings', RATED)).toMatchObject({ status: 202 })
  expect(await ask('/v1/ratings', { ...RATED, value: 'much' })).toMatchObject({ status: 400 })
  expect(await ask('/v1/ratings', RATED, `Bearer ${KEY}x`)).toMatchObject({ status: 401 })
  const letters = await runFoldstream(['dead-letters', 'list', '--data-dir', data])
  expect(letters).toMatchObject({ code: 0, output: expect.stringMatching(/^ratings-.*\n.*ratings-/s) })

  // A state that was damaged: 500 to whoever asks for it.
  await redis.hset('foldstream:user:{damaged}', 'offset', '0', 'record', 'damaged')
  const damaged = await ask('/v1/users/damaged/ratings')
  expect(damaged.status).toBe(500)
  await logged(output, 'request failed', damaged.requestId, 'does not read')

  // A command that is refused hangs on its error, with the record that it was to write.
  await allow('-evalsha', '-eval')
  expect(await ask('/v1/ratings', { ...RATED, value: 4 })).toMatchObject({ status: 202 })
  await logged(output, 'the effect failed', 'NOPERM')
  await allow('+@all')
  // What goes on to fail is told once.
  const isWell = async () => expect((await ask('/v1/admin/status')).text).toContain('"degraded":[]')
  await vi.waitFor(isWell)

  // Another password from now on: clients try theirs again and again.
  await allow('resetpass', '>0ther-Qz')
  for (const type of ['pubsub', 'normal']) await redis.call('CLIENT', 'KILL', 'TYPE', type)
  const refused = await vi.waitFor(async () => {
    const answer = await ask(`/v1/users/${RATED.userId}/ratings`)
    expect(answer.status).toBe(503)
    return answer
  })
  await logged(output, 'request failed', refused.requestId)
  await logged(output, 'WRONGPASS')
  await ask(list)

  await allow('resetpass', `>${PASSWORD}`)
  await vi.waitFor(async () => expect((await ask(list)).status).toBe(200))
  expect(await stop()).toBe(0)
  expectDiscreet(output(), [...SECRETS, token])
})
