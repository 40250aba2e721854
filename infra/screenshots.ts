import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from './services/browser.ts'
import { startFoldstream } from './services/foldstream.ts'
import { meetViewers } from './viewers.ts'

/** `npm run screenshots`: the pictures of the README, from MovieLens' small dataset. */
const DATASET = join(process.env.DATASETS_DIR ?? join(import.meta.dirname, '../../shared/data'), 'ml-latest-small')
const FOLDER = join(import.meta.dirname, '../docs')
/** Small enough for a repository, and nothing of it looks washed out. */
const QUALITY = 82
/** Until what moves has come to rest. */
const REST_MS = 1_000
const VIEWS_MS = 300_000

const DESK = { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' } as const
const LIGHT_DESK = { ...DESK, colorScheme: 'light' } as const
const TALL = { viewport: { width: 1440, height: 1630 }, colorScheme: 'light' } as const
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'light' } as const

interface Shot {
  /** Of the file, under docs/. */
  readonly name: string
  readonly path: string
  readonly look: BrowserContextOptions
  /** As whom; left out: as somebody new. */
  readonly userId?: string
  /** What is done before the page is opened. */
  before?(viewers: Viewers): Promise<void>
  /** What is done before the picture is taken. */
  prepare?(page: Page): Promise<void>
}
type Viewers = Awaited<ReturnType<typeof meetViewers>>

const SHOTS: readonly Shot[] = [
  { name: 'newcomer', path: '/', look: DESK, prepare: pickTwo },
  { name: 'film-app', path: '/', look: DESK, userId: '62' },
  { name: 'film-page', path: '/films/1617', look: DESK, userId: '62' },
  { name: 'film-app-phone', path: '/', look: PHONE, userId: '610' },
  { name: 'operation', path: '/admin', look: LIGHT_DESK, before: (viewers) => viewers.use(), prepare: operate },
  { name: 'dashboard', path: '/dashboard?range=all', look: TALL, before: useAgain, prepare: filled },
]

async function pickTwo(page: Page): Promise<void> {
  for (const place of [5, 8]) await page.locator('.pick').nth(place).click()
}

/** With another model, which knows of their first visits. */
async function useAgain(viewers: Viewers): Promise<void> {
  await viewers.use()
  await viewers.areShown()
}

/** The views are filled some seconds after the dataset is in, and the page looks again every minute. */
async function filled(page: Page): Promise<void> {
  await page.locator('.rank').first().waitFor({ timeout: VIEWS_MS })
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
}

/** Three models, of which an older one is live again; what was verified. */
async function operate(page: Page): Promise<void> {
  const models = page.locator('#generations-table tbody tr')
  for (const number of [1, 2]) {
    await page.getByRole('button', { name: 'Rebuild now' }).click()
    await page.getByLabel('Serve it even if it is worse').check()
    await page.locator('#confirm-do').click()
    await models.nth(number).waitFor()
    await page.locator('#rebuild-words', { hasText: /^Published/ }).waitFor()
  }
  await page.getByRole('button', { name: 'Roll back' }).first().click()
  await page.locator('#confirm-do').click()
  await page.getByRole('button', { name: 'Unpin' }).waitFor()
  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.locator('#verification-table').waitFor()
  await page.locator('.toast').waitFor({ state: 'detached' })
}

async function take(browser: Browser, url: string, { name, path, look, userId, prepare }: Shot): Promise<void> {
  const context = await browser.newContext({ ...look, reducedMotion: 'reduce' })
  if (userId !== undefined) await context.addCookies([{ name: 'foldstream-viewed', value: userId, url }])
  const page = await context.newPage()
  await page.goto(`${url}${path}`, { waitUntil: 'load' })
  await prepare?.(page)
  await sleep(REST_MS)
  await page.screenshot({ path: join(FOLDER, `${name}.jpg`), type: 'jpeg', quality: QUALITY })
  await context.close()
}

const folder = await mkdtemp(join(tmpdir(), 'foldstream-screenshots-'))
const system = await startFoldstream(['--port', '0', '--data-dir', folder, '--dataset', DATASET], { LOG_LEVEL: 'warn' })
const browser = await launchBrowser()
try {
  while ((await fetch(`${system.url}/readyz`)).status !== 200) await sleep(REST_MS)
  const viewers = await meetViewers(system.url)
  for (const shot of SHOTS) {
    await shot.before?.(viewers)
    await take(browser, system.url, shot)
  }
} finally {
  await browser.close()
  await system.stop()
  await rm(folder, { recursive: true })
}
