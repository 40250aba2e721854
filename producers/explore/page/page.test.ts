import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openDataset } from '../../datasets/open.ts'
import { explore } from '../explore.ts'
import { inWords } from '../in-words.ts'
import { pageOf } from './page.ts'

const folder = await mkdtemp(join(tmpdir(), 'foldstream-page-'))
afterAll(() => rm(folder, { recursive: true }))

const EVIL = '<script>alert(1)</script>'
await writeFile(
  join(folder, 'movies.csv'),
  `movieId,title,genres\n1,${EVIL} (1999),Drama|<i>Genre</i>\n2,${EVIL} (1999),"Quo""ted"\n`,
)
await writeFile(
  join(folder, 'ratings.csv'),
  `userId,movieId,rating,timestamp\n<b>u</b>,1,4,1000000000\n<b>u</b>,1,3,1000000001\n2,1,7,1000000002\n2,1,${EVIL}\u001b[31m\u202e,1\n`,
)
const exploration = await explore(await openDataset(folder, 0), {
  scale: { min: 0.5, max: 5, positiveFrom: 4 },
  now: Date.now(),
})
const page = pageOf(exploration)

it('escapes whatever the data says', () => {
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; (1999)')
  expect(page).toContain('&lt;i&gt;Genre&lt;/i&gt;')
  expect(page).not.toMatch(/<script|<i>|<b>u/)
})

it('loads nothing, runs nothing, and has a style that its policy lets through', () => {
  expect(page).not.toMatch(/(src|href|style)=|url\(|@import|https?:/)
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(page) ?? []
  const [, allowed] = /style-src 'sha256-([^']+)'/.exec(page) ?? []
  expect(createHash('sha256').update(style).digest('base64')).toBe(allowed)
})

it('has a chart with labelled axes and a table of its numbers for every question', () => {
  const sections = page.split('<section').slice(1, -1)
  expect(sections).toHaveLength(7)
  for (const section of sections) {
    expect(section).toMatch(/<svg [^>]*aria-label="[^"]+"/)
    expect(section).toMatch(/<details>.*<table>/s)
  }
  expect(page).toContain('1 value outside of 0.5 to 5, in orange')
})

it('holds no number that is none, with a single rating and with none that can be read', async () => {
  for (const lines of ['a,1,4,1000', 'a,1,none,1000']) {
    const file = join(folder, 'few.csv')
    await writeFile(file, `userId,itemId,value,occurredAt\n${lines}\n`)
    const few = await explore(await openDataset(file, 0), { scale: exploration.scale, now: Date.now() })
    expect(pageOf(few)).not.toMatch(/NaN|Infinity|undefined/)
    expect(inWords(few)).not.toMatch(/NaN|Infinity|undefined/)
  }
})

it('says on a terminal what was found, with nothing that a terminal obeys', () => {
  const words = inWords(exploration)
  expect(words).toContain('1 rating of an item that the user had rated before. The latest counts.')
  expect(words).toContain('1 line with a value outside of 0.5 to 5.')
  expect(words).toContain(String.raw`\u001b[31m\u202e`)
  expect(words.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
})
