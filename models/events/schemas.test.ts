import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { newest, SCHEMAS } from './schemas.ts'

/** Fingerprint → file. A line is added when a schema is released, and is never changed or taken out: logs hold such events. */
const released: Record<string, string> = JSON.parse(readFileSync(new URL('./released.json', import.meta.url), 'utf8'))

it.each(Object.entries(released))('%s is still what %s says', (fingerprint, file) => {
  expect(
    SCHEMAS.find((schema) => schema.file === file)?.fingerprint,
    `${file} was edited or removed after its release`,
  ).toBe(fingerprint)
})

it.each(SCHEMAS)('$file is released', ({ file, fingerprint }) => {
  expect(released[fingerprint], `add "${fingerprint}": "${file}" to released.json, which freezes it`).toBe(file)
})

it.each(SCHEMAS)('the newest schema of its event reads what was written with $file', ({ event, type }) => {
  expect(() => newest(event).type.createResolver(type)).not.toThrow()
})

it.each(SCHEMAS)('$file has no array or map: five bytes of them can unpack to millions of elements', ({ type }) => {
  expect(JSON.stringify(type.schema())).not.toMatch(/"type":"(array|map)"/)
})
