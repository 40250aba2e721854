import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { curlOf } from './curl.ts'
import { fold, unfold } from './fold.ts'

it('quotes what a shell would take apart', () => {
  expect(curlOf('get', { url: '/livez' })).toBe('curl localhost:3000/livez')
  expect(curlOf('delete', { url: '/v1/users/a' })).toBe('curl -X DELETE localhost:3000/v1/users/a')
  const sign = fc.oneof(fc.constantFrom(...'$\'"`\\ab!'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }))
  const bodies = fc.record({ title: fc.array(sign).map((signs) => signs.join('')) })
  fc.assert(
    fc.property(bodies, (body) => {
      fc.pre(!body.title.includes('\0') && !/\$[A-Z(]/.test(body.title))
      const words = curlOf('post', { url: '/v1/items?a=1&b=2', body }).replace(/^curl/, "printf '%s\\0'")
      const heard = execFileSync('sh', ['-c', words], { encoding: 'utf8' }).split('\0')
      expect(heard).toEqual([
        'localhost:3000/v1/items?a=1&b=2',
        ...['-H', 'content-type: application/json', '-d', JSON.stringify(body), ''],
      ])
    }),
    { numRuns: 100 },
  )
})

it('folds JSON so that it can be read again, within 120 columns where its parts are shorter', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  fc.assert(
    fc.property(value, (json) => {
      const text = fold(json, Number.POSITIVE_INFINITY)
      fc.pre(!text.includes('…'))
      expect(unfold(text)).toEqual(JSON.parse(JSON.stringify(json)))
    }),
  )
  expect(fold({ items: [1, 2, 3], text: 'x'.repeat(90) })).toBe(`{"items": [1, 2, …], "text": "${'x'.repeat(80)}…"}`)
  for (const line of fold({ items: new Array(200).fill({ itemId: 'abc' }) }, 200).split('\n'))
    expect(line.length).toBeLessThanOrEqual(120)
})
