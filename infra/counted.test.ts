import { expect, it } from 'vitest'
import { counted } from './counted.ts'

it('names one thing in the singular, and nothing and all others in the plural', () => {
  expect([0, 1, 2, 1234].map((value) => counted(value, 'user'))).toEqual([
    '0 users',
    '1 user',
    '2 users',
    '1,234 users',
  ])
  expect(counted(1, 'is', 'are')).toBe('1 is')
})
