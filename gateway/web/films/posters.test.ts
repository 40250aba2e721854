import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { expect, it, onTestFinished, vi } from 'vitest'
import { silent } from '../../../infra/logging.ts'
import { createPosters } from './posters.ts'

/** What The Movie Database would answer, by the number of the film. */
async function fakeTmdb(films: Record<string, object>) {
  const asked: string[] = []
  let isThere = true
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim())
    if (!isThere) return void request.socket.destroy()
    const id = /^\/movie\/(\w+)/.exec(request.url ?? '')?.[1] ?? ''
    response.statusCode = id === 'down' ? 500 : films[id] ? 200 : 404
    response.end(JSON.stringify(films[id] ?? {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    isThere(value: boolean) {
      isThere = value
    },
  }
}

function setClock() {
  let now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => clock.mockRestore())
  return {
    async forward(ms: number) {
      now += ms
      // The cache looks at the clock once a millisecond.
      await sleep(5)
    },
  }
}

const withId = (tmdbId: string) => ({ attributes: { tmdbId } })
const CATALOGUE: Record<string, { attributes: Record<string, string> }> = {
  heat: withId('949'),
  bare: withId('2'),
  unknown: withId('3'),
  down: withId('down'),
  odd: withId('4'),
  unlinked: { attributes: {} },
}
const FILMS = {
  949: { poster_path: '/heat_1.jpg' },
  2: { poster_path: null },
  4: { poster_path: '//evil.example/x.jpg' },
}

async function open(key: string | undefined, mayAsk = () => true) {
  const tmdb = await fakeTmdb(FILMS)
  const catalogue = { get: (itemId: string) => CATALOGUE[itemId] as never }
  const posters = createPosters(catalogue, { key, logger: silent, mayAsk, api: tmdb.api })
  const app = new Hono().get('/posters/:itemId', posters.answer)
  return { ...tmdb, posters, ask: (itemId: string) => app.request(`/posters/${itemId}`) }
}

it('leads to the poster that The Movie Database has, and asks for it once', async () => {
  const { ask, asked, posters } = await open('short-key')
  expect(posters.posterOf({ itemId: 'heat' })).toBe('/posters/heat')
  const answers = await Promise.all([ask('heat'), ask('heat')])
  for (const { status, headers } of [...answers, await ask('heat')]) {
    expect([status, headers.get('location')]).toEqual([302, 'https://image.tmdb.org/t/p/w342/heat_1.jpg'])
    expect(headers.get('cache-control')).toBe('public, max-age=86400')
  }
  expect(asked).toEqual(['/movie/949?api_key=short-key'])
})

it('keeps a long key out of the address', async () => {
  const { ask, asked } = await open('long.token.of-tmdb')
  await ask('heat')
  expect(asked).toEqual(['/movie/949 Bearer long.token.of-tmdb'])
})

it.each(['bare', 'unknown', 'odd', 'unlinked', 'nobody'])(
  'shows the drawn cover of %s, through an empty picture',
  async (itemId) => {
    const answer = await (await open('key')).ask(itemId)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    expect(answer.headers.get('cache-control')).toContain('public')
  },
)

it('asks again in a while for a film of which it was not told', async () => {
  const clock = setClock()
  const { ask, asked } = await open('key')
  expect((await ask('down')).headers.get('cache-control')).toBe('no-store')
  await clock.forward(20_000)
  expect((await ask('down')).headers.get('cache-control')).toBe('no-store')
  expect(asked).toHaveLength(1)
  expect((await ask('heat')).status).toBe(302)
  await clock.forward(20_000)
  await ask('down')
  expect(asked).toHaveLength(3)
})

it('asks for no film for a while where nothing answers, rather than let each wait', async () => {
  const clock = setClock()
  const { ask, asked, isThere } = await open('key')
  isThere(false)
  for (const itemId of ['heat', 'bare', 'heat'])
    expect((await ask(itemId)).headers.get('cache-control')).toBe('no-store')
  expect(asked).toHaveLength(1)
  isThere(true)
  await clock.forward(40_000)
  expect((await ask('heat')).status).toBe(302)
})

it('draws covers while it was asked too often, and goes on showing what it knows', async () => {
  let left = 1
  const { ask, asked } = await open('key', () => left-- > 0)
  expect((await ask('heat')).status).toBe(302)
  const drawn = await ask('bare')
  expect([drawn.status, drawn.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect((await ask('heat')).status).toBe(302)
  expect(asked).toHaveLength(1)
})

it('takes the catalogue’s own poster first, if a page may load it, and asks nobody without a key', async () => {
  const { posters, ask, asked } = await open(undefined)
  expect(posters.posterOf({ itemId: 'heat' })).toBeUndefined()
  await ask('heat')
  expect(asked).toEqual([])
  expect(posters.posterOf({ itemId: 'heat', poster: 'https://a.example/x.jpg' })).toBe('https://a.example/x.jpg')
  expect((await open('key')).posters.posterOf({ itemId: 'heat', poster: 'http://a.example/x.jpg' })).toBeUndefined()
})
