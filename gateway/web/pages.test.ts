import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { UnavailableError } from '../../infra/errors.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import { generationOf, openTestGateway, type TestGateway, tokenOf, writeUser } from '../gateway.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
})
afterAll(() => gateway.stop())

/** What a page loads beside itself. */
const assetsIn = (page: unknown, tag = ''): string[] =>
  [...String(page).matchAll(new RegExp(`${tag}[^<]* (?:src|href)="(/assets/[^"]+)"`, 'g'))].map(([, path = '']) => path)

describe('a page', () => {
  it.each(['/', '/profile', '/search?query=x', '/films/unheard-of', '/for-you', '/dashboard', '/admin'])(
    '%s lets nothing run but our own files',
    async (path) => {
      const { headers, body } = await gateway.get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('private, no-cache')
      expect(body).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/)
    },
  )

  it('stands beside the API, and what is unknown is so still', async () => {
    expect(await gateway.get('/nowhere')).toMatchObject({ status: 404, body: { type: '/docs#not-found' } })
    expect(await gateway.get('/assets/old/client/home.js')).toMatchObject({ status: 404, body: { status: 404 } })
    expect((await gateway.send('PUT', '/', undefined)).status).toBe(405)
  })

  it('leads on who looks for one where there is none, and tells programs as ever', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
    const ask = (path: string, from = gateway) => from.send('GET', path, undefined, { accept })
    const { status, headers, body } = await ask('/nope')
    expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
    expect(body).toContain('There is no such page')
    expect(await ask('/v1/nope')).toMatchObject({ status: 404, body: { type: '/docs#not-found' } })
    expect((await ask('/session')).status).toBe(405)
    const pageless = await openTestGateway({ settings: { hasPages: false } })
    onTestFinished(pageless.stop)
    for (const path of ['/nope', '/'])
      expect(await ask(path, pageless)).toMatchObject({ status: 404, body: { status: 404 } })
    for (const hasPages of [true, false]) {
      const locked = await openTestGateway({ settings: { hasPages, apiKeys: { current: () => [] } } })
      onTestFinished(locked.stop)
      const { status, body } = await ask('/nope', locked)
      expect([status, String(body).includes('There is no such page')]).toEqual(hasPages ? [404, true] : [401, false])
      for (const path of ['/v1/nope', '/v1/items', '/metrics']) expect((await ask(path, locked)).status, path).toBe(401)
      expect(await locked.get('/nope')).toMatchObject({ status: 401, body: { type: '/docs#unauthorized' } })
    }
  })

  it('is in the theme that was chosen', async () => {
    const inTheme = async (theme: string) =>
      String((await gateway.send('GET', '/', undefined, { cookie: `foldstream-theme=${theme}` })).body)
    expect(await inTheme('light')).toContain('<html lang="en" data-theme="light">')
    expect(await inTheme('"><script>')).not.toContain('data-theme')
  })

  it('says what is the matter while there is no film, no model, and while the user state does not answer', async () => {
    const empty = (await gateway.get('/')).body
    for (const told of ['There are no films here yet', 'npm run import', 'POST /v1/ratings'])
      expect(empty).toContain(told)
    const filling = await openTestGateway({ loading: () => 'ml-latest-small' })
    onTestFinished(filling.stop)
    for (const path of ['/', '/for-you']) {
      const { body } = await filling.get(path)
      expect(body).toContain('ml-latest-small is being loaded')
      expect(body).not.toContain('npm run import')
    }
    const untrained = await openTestGateway()
    onTestFinished(untrained.stop)
    const described = await untrained.send('PUT', '/v1/items/a', { title: 'Alien', genres: ['Horror'] })
    const shown = await untrained.get(`/?after=${tokenOf(described)}`)
    expect(shown.body).toContain('The first model is being trained')
    expect(shown.body).toContain('Alien')
    let isDown = false
    const state: UserState = {
      ...gateway.state,
      async read(...asked) {
        if (isDown) throw new UnavailableError('Redis did not answer')
        return gateway.state.read(...asked)
      },
    }
    const failing = await openTestGateway({ state })
    onTestFinished(failing.stop)
    failing.serve(generationOf('g', { a: [1, 0], b: [0, 1] }))
    isDown = true
    for (const path of ['/', '/for-you']) {
      const { status, body } = await failing.get(path)
      expect([status, path]).toEqual([200, path])
      expect(body).toContain('Recommendations are resting: popular films meanwhile')
    }
  })

  it('is a page still where it cannot be made', async () => {
    const { read } = gateway.state
    let error: Error | undefined
    const state: UserState = { ...gateway.state, read: (...asked) => (error ? Promise.reject(error) : read(...asked)) }
    const failing = await openTestGateway({ state })
    onTestFinished(failing.stop)
    error = new Error('nobody foresaw this')
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const answers = [
      ...[await failing.get('/'), await failing.get('/profile')],
      await failing.send('POST', '/session', 'userId=42', form),
    ]
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=UTF-8'])
      expect(body).toContain('This page is resting')
      expect(body).not.toContain('foresaw')
    }
  })

  it('tells of nobody else', async () => {
    await writeUser(gateway.state, 'other', { secret: 5 })
    expect((await gateway.get('/profile')).body).not.toContain('secret')
  })
})

describe('what a page loads', () => {
  it('is kept for good under its version, packed, and sent but once', async () => {
    const paths = assetsIn((await gateway.get('/')).body)
    expect(paths.length).toBeGreaterThan(4)
    for (const path of paths) {
      const ask = (headers: Record<string, string>) => gateway.app.request(path, { headers })
      const plain = await ask({})
      const text = await plain.text()
      expect(plain.headers.get('cache-control')).toContain('immutable')
      const [br, gz] = [await ask({ 'accept-encoding': 'gzip, br' }), await ask({ 'accept-encoding': 'gzip, br;q=0' })]
      expect([br.headers.get('content-encoding'), gz.headers.get('content-encoding')]).toEqual(['br', 'gzip'])
      expect(brotliDecompressSync(await br.arrayBuffer()).toString()).toBe(text)
      expect(gunzipSync(await gz.arrayBuffer()).toString()).toBe(text)
      const again = await ask({ 'if-none-match': plain.headers.get('etag') ?? '' })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
  })

  /** Adds what modules import. */
  async function follow(path: string, seen: Set<string>): Promise<void> {
    if (seen.has(path)) return
    seen.add(path)
    const answer = await gateway.app.request(path)
    expect(answer.status, path).toBe(200)
    for (const [, specifier = ''] of (await answer.text()).matchAll(/^import (?:.* from )?'([^']+)'/gm))
      await follow(new URL(specifier, `http://localhost${path}`).pathname, seen)
  }

  it.each(['/', '/films/a', '/profile', '/search', '/dashboard', '/admin'])(
    'of %s is asked for at once: all that its modules import stands in the page',
    async (path) => {
      const { body } = await gateway.get(path)
      const modules = assetsIn(body, '<script type="module"')
      const seen = new Set<string>()
      for (const module of modules) await follow(module, seen)
      expect([...modules, ...assetsIn(body, '<link rel="modulepreload"')].sort()).toEqual([...seen].sort())
    },
  )

  it('imports nothing that is not there', async () => {
    const [any = ''] = assetsIn((await gateway.get('/')).body)
    const root = any.split('/').slice(0, 3).join('/')
    const seen = new Set<string>()
    for (const entry of ['theme', 'home', 'film', 'profile', 'search-page', 'admin', 'dashboard'])
      await follow(`${root}/client/${entry}.js`, seen)
    const files = ['client', 'shared'].flatMap((folder) =>
      readdirSync(join(import.meta.dirname, folder)).flatMap((file) =>
        file.endsWith('.js') ? `${root}/${folder}/${file}` : [],
      ),
    )
    expect([...seen].sort()).toEqual(files.sort())
  })
})

it('no style but the tokens holds a colour, or a size', () => {
  const folder = join(import.meta.dirname, 'styles')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.css') && name !== 'tokens.css')) {
    const rules = readFileSync(join(folder, file), 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      // A query cannot ask a custom property.
      .replaceAll(/@media[^{]*/g, '')
    expect(
      rules.match(/\b\d*\.?\d+(?:px|rem|pt|ch)\b|#[0-9a-f]{3,8}\b(?![^{}]*\{)|\b(?:rgb|hsl|oklch)a?\(/g) ?? [],
      file,
    ).toEqual([])
  }
})
