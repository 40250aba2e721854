import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { comesToRest, getJson, postJson, startLoaded } from './bench/system.ts'
import { launchBrowser } from './services/browser.ts'

const VISITS = 20
const RATINGS = 40
/** From one rating to the next: people look at what came of it. */
const PAUSE_MS = 700
const GIVEN_UP_MS = 30_000
/** A new window first loads what the browser itself shows in it: hundreds of files, on the same two cores. */
const WINDOW_OPENS_MS = 2_000

type Report = (row: Record<string, string | number>) => void

/** The film pages in a real browser, beside the system on the same cores: what a first visit loads, and how soon a list changes. */
export async function bench(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
  const system = await startLoaded(
    join(folder, 'data'),
    `${process.env.DATASETS_DIR ?? '../shared/data'}/ml-latest-small`,
  )
  const browser = await launchBrowser()
  try {
    await comesToRest(system.url)
    // The last is a line of text: what any page takes in this browser.
    for (const path of ['/', '/films/1', '/profile', '/livez']) await measureVisits(browser, system.url, path, report)
    await measureRatings(browser, system.url, report)
  } finally {
    await browser.close()
    await system.stop()
    await rm(folder, { recursive: true })
  }
}

/** Each by a browser that has loaded nothing before. */
async function measureVisits(browser: Browser, url: string, path: string, report: Report): Promise<void> {
  const paints: number[] = []
  const bytes: number[] = []
  for (let n = 0; n < VISITS; n++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    await sleep(WINDOW_OPENS_MS)
    let loaded = 0
    page.on('requestfinished', async (request) => {
      // Of one that the browser closes upon nothing is known.
      const sizes = await request.sizes().catch(() => undefined)
      loaded += (sizes?.responseBodySize ?? 0) + (sizes?.responseHeadersSize ?? 0)
    })
    await page.goto(`${url}${path}`, { waitUntil: 'load' })
    paints.push(await page.evaluate<number>(FIRST_PAINT))
    await sleep(PAUSE_MS)
    bytes.push(loaded)
    await context.close()
  }
  const kilobytes = (Math.max(...bytes) / 1024).toFixed(1)
  report({ what: `first visit of ${path}`, ...spread(paints), 'KB at most': kilobytes })
}

const FIRST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime))
    .observe({ type: 'paint', buffered: true })
})`

/** From the click on a star to the list at the side being another one, drawn. */
async function measureRatings(browser: Browser, url: string, report: Report): Promise<void> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(url)
  const userId = await page.locator('body').getAttribute('data-user')
  const { items } = await getJson<{ items: { itemId: string }[] }>(`${url}/v1/items/popular?genre=Drama&limit=10`)
  await postJson(
    `${url}/v1/ratings`,
    items.map(({ itemId }) => ({ userId, itemId, value: 5 })),
  )
  await sleep(PAUSE_MS)
  await page.goto(url)
  await sleep(PAUSE_MS)
  const took: number[] = []
  for (let n = 0; n < RATINGS; n++) {
    took.push(await rateNext(page))
    await sleep(PAUSE_MS)
  }
  report({ what: 'a click on a star, to another list on the screen', ...spread(took) })
  await page.context().close()
}

/** What stands second in the list is rated, so that the list is another one. */
const rateNext = (page: Page): Promise<number> =>
  page.evaluate<number>(`new Promise((resolve, reject) => {
    const list = document.querySelector('#for-you .cards')
    setTimeout(() => reject(new Error('a click on a star changed no list')), ${GIVEN_UP_MS})
    const began = performance.now()
    const watch = new MutationObserver(() => {
      watch.disconnect()
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
    })
    watch.observe(list, { childList: true })
    list.children[1].querySelector('star-rating [role=radio]:last-child').click()
  })`)

function spread(took: readonly number[]): Record<string, string> {
  const sorted = took.toSorted((x, y) => x - y)
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] as number).toFixed(0)
  return { 'p50 ms': at(0.5), 'p95 ms': at(0.95), 'max ms': at(1) }
}
