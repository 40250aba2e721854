import { expect, it } from 'vitest'
import { withSections } from './results-file.ts'

const section = (name: string, table: string) => ({ name, about: `About ${name}.`, command: `npm run ${name}`, table })

it('makes one table anew and keeps the others, in their order', () => {
  const order = ['one', 'two', 'three']
  const first = withSections('', [section('three', '| 3 |'), section('one', '| 1 |')], order)
  expect(first.indexOf('## one')).toBeLessThan(first.indexOf('## three'))
  const second = withSections(first, [section('two', '| 2 |')], order)
  expect(second).toContain('## one\n\nAbout one.\n\n    npm run one\n\n| 1 |\n\n## two\n\nAbout two.')
  expect(second.endsWith('| 3 |\n')).toBe(true)
  const third = withSections(second, [section('three', '| 4 |')], order)
  expect(third).not.toContain('| 3 |')
  expect(withSections(third, [], order)).toBe(third)
})

it('drops a table that nobody makes any more', () => {
  const file = withSections('', [section('old', '| 0 |'), section('new', '| 1 |')], ['old', 'new'])
  expect(withSections(file, [], ['new'])).not.toContain('old')
})
