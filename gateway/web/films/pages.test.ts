import { expect, it, onTestFinished } from 'vitest'
import { generationOf, openTestGateway, type TestGateway, writePositives, writeUser } from '../../gateway.fixture.ts'

const DAY_MS = 24 * 3_600_000

async function open(...options: Parameters<typeof openTestGateway>) {
  const gateway = await openTestGateway(...options)
  onTestFinished(gateway.stop)
  return gateway
}

/** Somebody who has rated so, as they come again. */
async function raterAt(gateway: TestGateway, ratings: Parameters<typeof writeUser>[2]) {
  const { headers } = await gateway.get('/')
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
  await writeUser(gateway.state, /=(.+)\./.exec(cookie)?.[1] ?? '', ratings)
  return async (path: string) => String((await gateway.send('GET', path, undefined, { cookie })).body)
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

it('shows all that somebody rated, page by page', async () => {
  const gateway = await open()
  const look = await raterAt(gateway, Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`i${n}`, 5])))
  const seen: string[] = []
  const told: string[] = []
  let path: string | undefined = '/profile'
  while (path !== undefined) {
    const body = await look(path)
    seen.push(...[...body.matchAll(/class="card" data-item="([^"]+)"/g)].map(([, itemId = '']) => itemId))
    told.push(/id="rated-title">.*?<p class="shelf-why">(.*?)</.exec(body)?.[1] ?? '')
    path = /rel="next" href="([^"]+)"/.exec(body)?.[1]
  }
  expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => `i${299 - n}`))
  expect(told).toEqual(['The newest 120 of 300', '121 to 240 of 300, newest first', '241 to 300 of 300, newest first'])
  for (const skip of ['240', '9999', '-1', 'x', '1e999']) {
    const body = await look(`/profile?skip=${skip}`)
    expect(body.includes('Newer ratings'), skip).toBe(['240', '9999'].includes(skip))
  }
})

it('presses nobody to erase what is not there', async () => {
  const gateway = await open()
  const eraseOf = async (ratings: Record<string, number | null>) => {
    const body = await (await raterAt(gateway, ratings))('/profile')
    return /<section class="erase".*?<dialog/s.exec(body)?.[0]
  }
  expect(await eraseOf({ a: 5 })).toMatch(/Removes every rating .*button-danger/s)
  const bare = await eraseOf({ a: null })
  expect(bare).toContain('No rating stands under this id')
  expect(bare).not.toContain('button-danger')
})
