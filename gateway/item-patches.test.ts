import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventLog, LogRecord } from '../infra/event-log/port.ts'
import { silent } from '../infra/logging.ts'
import { followCatalogue } from './catalogue.ts'
import { faultPathsOf, generationOf, itemIdsOf, openTestGateway, type TestGateway, tokenOf } from './gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { m: [1, 0], n: [0, 1] }))
})
afterEach(() => gateway.stop())

const whole = {
  title: 'Heat',
  genres: ['Crime'],
  year: 1995,
  poster: 'https://posters.example/heat',
  attributes: { price: 3, tags: ['a', 'b'] },
}
const patch = (body: unknown, itemId = 'm', of = gateway) => of.send('PATCH', `/v1/items/${itemId}`, body)
async function item(itemId = 'm', of = gateway): Promise<unknown> {
  const { updatedAt: _, ...told } = (await of.get(`/v1/items/${itemId}`)).body as { updatedAt: string }
  return told
}

describe('PATCH /v1/items/{itemId}', () => {
  beforeEach(() => gateway.send('PUT', '/v1/items/m', whole))
  const base = { itemId: 'm', available: true, ...whole }

  it.each<[what: string, body: object, becomes: object]>([
    ['nothing', {}, base],
    ['whether it is available', { available: false }, { ...base, available: false }],
    ['its title and genres', { title: 'Heat!', genres: [] }, { ...base, title: 'Heat!', genres: [] }],
    ['one attribute', { attributes: { price: 4 } }, { ...base, attributes: { price: 4, tags: ['a', 'b'] } }],
    [
      'attributes that are new, and gone',
      { attributes: { x: true, tags: null } },
      { ...base, attributes: { price: 3, x: true } },
    ],
    ['all attributes', { attributes: null }, { ...base, attributes: {} }],
  ])('changes %s', async (_, body, becomes) => {
    expect(await patch(body)).toMatchObject({ status: 202, body: { accepted: 1 } })
    expect(await item()).toEqual(becomes)
  })

  it('takes away what need not be there, and hides no longer', async () => {
    await patch({ available: false })
    await patch({ year: null, poster: null, available: null })
    const { year: _, poster: __, ...rest } = base
    expect(await item()).toEqual(rest)
  })

  it('hides an item from every list, and answers a token', async () => {
    const list = async (token: string) => itemIdsOf(await gateway.get(`/v1/users/u/recommendations?after=${token}`))
    expect(await list(tokenOf(await patch({ available: false })))).toEqual(['n'])
    expect(await list(tokenOf(await patch({ available: true })))).toEqual(['m', 'n'])
  })

  it.each<[body: unknown, paths: string[]]>([
    [{ title: null }, ['title']],
    [{ genres: null }, ['genres']],
    [{ itemId: 'x' }, ['itemId']],
    [{ attributes: { a: {} } }, ['attributes.a']],
    [{ attributes: { a: 'x'.repeat(17_000) } }, ['attributes']],
    [[], ['']],
  ])('refuses %j', async (body, paths) => {
    const refused = await patch(body)
    expect(refused.status).toBe(400)
    expect(faultPathsOf(refused)).toEqual(paths)
    expect(await item()).toEqual(base)
  })

  it('refuses what would make it too large together with what stands', async () => {
    await patch({ attributes: { a: 'x'.repeat(10_000) } })
    const refused = await patch({ attributes: { b: 'x'.repeat(10_000) } })
    expect(refused.status).toBe(400)
    expect(faultPathsOf(refused)).toEqual(['attributes'])
  })

  it('knows the type of a merge patch', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' }
    const answer = await gateway.send('PATCH', '/v1/items/m', JSON.stringify({ year: 1996 }), headers)
    expect(answer.status).toBe(202)
    expect(await item()).toMatchObject({ year: 1996 })
  })

  it('is of items that are there', async () => {
    expect((await patch({ available: false }, 'nobody')).status).toBe(404)
    await gateway.send('DELETE', '/v1/items/m')
    expect((await patch({ available: false })).status).toBe(404)
    expect((await gateway.log.ends('items'))[0]).toBe(2)
  })
})

describe('patches at once', () => {
  /** What is written of items is kept whole, and told to who follows a moment later, as Kafka does until it compacts. */
  function uncompacted(log: EventLog): EventLog {
    const records: LogRecord[] = []
    const followers = new Set<() => Promise<void>>()
    return {
      ...log,
      async append(topic, added) {
        if (topic !== 'items') return log.append(topic, added)
        await setImmediate()
        const written = added.map(({ key, value }, n) => ({
          ...{ key, value, partition: 0, offset: records.length + n, appendedAt: Date.now(), headers: {} },
        }))
        records.push(...written)
        for (const tell of followers) void tell()
        return written.map(({ partition, offset }) => ({ partition, offset }))
      },
      ends: async (topic) => (topic === 'items' ? [records.length] : log.ends(topic)),
      async tail(_, deliver) {
        let next = 0
        async function tell(): Promise<void> {
          await setImmediate()
          if (next < records.length) deliver(records.slice(next))
          next = records.length
        }
        followers.add(tell)
        return { caughtUp: tell(), close: async () => void followers.delete(tell) }
      },
    }
  }

  const opened: { close(): Promise<void> }[] = []
  async function openProcess(log: EventLog): Promise<TestGateway> {
    const catalogue = await followCatalogue(log, silent)
    const process = await openTestGateway({ log, state: gateway.state, catalogue })
    opened.push(process, catalogue)
    return process
  }
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
  })

  const PROCESSES: [string, () => Promise<[TestGateway, TestGateway]>][] = [
    ['one process', async () => [gateway, gateway]],
    [
      'two processes',
      async () => {
        const log = uncompacted(gateway.log)
        return [await openProcess(log), await openProcess(log)]
      },
    ],
  ]

  it.each(PROCESSES)('lose nothing of each other in %s', async (_, open) => {
    const processes = await open()
    await processes[0].send('PUT', '/v1/items/m', whole)
    const names = [...Array(8).keys()].map((n) => `x${n}`)
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        names.map((name, n) => patch({ attributes: { [name]: round } }, 'm', processes[n % 2])),
      )
      expect(answers.map(({ status }) => status)).toEqual(names.map(() => 202))
      for (const process of processes) {
        for (const answer of answers) await process.get(`/v1/items/m?after=${tokenOf(answer)}`)
        expect(await item('m', process)).toEqual({
          ...{ itemId: 'm', available: true, ...whole },
          attributes: { ...whole.attributes, ...Object.fromEntries(names.map((name) => [name, round])) },
        })
      }
    }
  })

  it.each(PROCESSES)('hold beside a PUT, before or after it, in %s', async (_, open) => {
    const [one, other] = await open()
    for (let round = 0; round < 20; round++) {
      const first = tokenOf(await one.send('PUT', '/v1/items/m', whole))
      await other.get(`/v1/items/m?after=${first}`)
      const answers = await Promise.all([
        one.send('PUT', '/v1/items/m', { ...whole, title: 'Ronin' }),
        patch({ attributes: { price: 9 } }, 'm', other),
      ])
      expect(answers.map(({ status }) => status)).toEqual([202, 202])
      for (const answer of answers) await other.get(`/v1/items/m?after=${tokenOf(answer)}`)
      // A PUT that comes after the patch replaces it; one that comes before it does not go away.
      expect(await item('m', other)).toMatchObject({ title: 'Ronin' })
    }
  })

  it.each(PROCESSES)('bring back nothing that was deleted, in %s', async (_, open) => {
    const [one, other] = await open()
    for (let round = 0; round < 20; round++) {
      const first = tokenOf(await one.send('PUT', '/v1/items/m', whole))
      await other.get(`/v1/items/m?after=${first}`)
      const answers = await Promise.all([one.send('DELETE', '/v1/items/m'), patch({ available: false }, 'm', other)])
      for (const answer of answers) if (answer.status === 202) await other.get(`/v1/items/m?after=${tokenOf(answer)}`)
      expect((await other.get('/v1/items/m')).status, `round ${round}`).toBe(404)
    }
  })
})
