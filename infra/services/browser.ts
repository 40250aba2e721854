import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'

/** Debian's; another one by the variable. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** Why there is no browser; undefined: there is one. */
export const lackOfBrowser = (): string | undefined =>
  existsSync(CHROMIUM) ? undefined : `no browser at ${CHROMIUM} (apt-get install chromium, or name another in CHROMIUM)`

/** Chromium without a window. Only developers have playwright-core, so that it is loaded no sooner. */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
}
