import { expect, it, onTestFinished } from 'vitest'
import { generationOf, openTestGateway, writePositives } from '../../gateway.fixture.ts'

const DAY_MS = 24 * 3_600_000

async function open(...options: Parameters<typeof openTestGateway>) {
  const gateway = await openTestGateway(...options)
  onTestFinished(gateway.stop)
  return gateway
}

/** Ids of the films of a shelf, in their order. */
function shelfOf(page: unknown, id: string): string[] {
  const [, shelf = ''] =
    new RegExp(`<section class="shelf" id="${id}".*?>(.*?)</section>`, 's').exec(String(page)) ?? []
  return [...shelf.matchAll(/class="card" data-item="([^"]+)"/g)].map(([, itemId = '']) => itemId)
}

it('shows on the first page what was a trend long ago, after what is one today', async () => {
  const gateway = await open()
  gateway.serve(generationOf('g', { a: [1, 0], b: [0, 1] }))
  const olds = Array.from({ length: 60 }, (_, n) => [`old${n}`, 70 - n] as const)
  await writePositives(gateway.state, 0, Object.fromEntries(olds), Date.now() - 3000 * DAY_MS)
  await writePositives(gateway.state, 0, { today: 10 }, Date.now())
  const { body } = await gateway.get('/')
  const shown = shelfOf(body, 'trending')
  expect(shown[0]).toBe('today')
  expect(shown).toHaveLength(18)
  const acclaimed = shelfOf(body, 'acclaimed')
  expect(acclaimed).toHaveLength(18)
  expect(acclaimed.filter((itemId) => shown.includes(itemId))).toEqual([])
  expect(String(body).indexOf('id="trending"')).toBeLessThan(String(body).indexOf('id="acclaimed"'))
})

it('names The Movie Database where posters are from there, and nowhere else', async () => {
  const footerOf = async (tmdbApiKey?: string) => {
    const { body } = await (await open({ settings: { tmdbApiKey } })).get('/')
    return /<footer.*?<\/footer>/s.exec(String(body))?.[0] ?? ''
  }
  const named = await footerOf('key')
  expect(named).toContain('<a href="https://www.themoviedb.org" rel="noreferrer">The Movie Database</a>')
  expect(named).toContain('This product uses the TMDB API but is not endorsed or certified by TMDB.')
  expect(await footerOf()).not.toMatch(/TMDB|Movie Database/)
})
