import { describe, expect, it } from 'vitest'
import { HIDDEN, hidingSecrets } from './secrets.ts'

const hide = hidingSecrets({
  USER_STATE_URL: 'redis://me:p%23ss%22word@host:6379',
  RATING_STORE_URL: 'https://host/db?password=byParameter&cluster=main',
  MODEL_STORE_URL: 'redis://:pa/ss#@host',
  EVENT_LOG_URL: 'kafka://host:9092',
  API_KEYS: 'web:read:theKeyItself,admin:admin:another:5',
  COOKIE_SECRET: 'signsOurCookies',
  TMDB_API_KEY: 'opensTheMovieDb',
})

describe('a secret of the environment is hidden', () => {
  it.each([
    ['as it was typed', 'AUTH p%23ss%22word'],
    ['as it is meant', 'AUTH p#ss"word'],
    ['inside JSON', JSON.stringify({ args: ['AUTH', 'p#ss"word'] })],
    ['in the header of HTTP', `authorization ${Buffer.from('me:p#ss"word').toString('base64')}`],
    ['of an address that does not parse', 'Invalid URL pa/ss# '],
    ['where it is a parameter', 'byParameter is wrong'],
    ['where a key stands in place of its hash', 'theKeyItself'],
    ['beside a rate', 'another:5'],
    ['where it signs cookies', 'signsOurCookies'],
    ['where it is a key of somebody else', '/3/movie/862?api_key=opensTheMovieDb'],
  ])('%s', (_, text) => {
    const shown = hide(text)
    expect(shown).toContain(HIDDEN)
    for (const secret of ['p#ss', 'p%23ss', 'pa/ss', 'byParameter', 'theKey', 'another', 'bWU6', 'signs', 'opens']) {
      expect(shown).not.toContain(secret)
    }
  })
})

it.each([
  ['fetch failed: http://ann:x1@host:8123/db', `fetch failed: http://${HIDDEN}@host:8123/db`],
  ['"authorization":"Bearer abc.DEF-1_2"', `"authorization":"Bearer ${HIDDEN}"`],
  ['Basic YW5uOng=', `Basic ${HIDDEN}`],
])('what looks like credentials is hidden, whosever they are: %s', (text, shown) => {
  expect(hide(text)).toBe(shown)
})

it('all else stays as it is', () => {
  const text =
    'Redis at host:6379 refused main: mail ann@example.org, http://host/x@y, a bearer of news; kafka://host:9092'
  expect(hide(text)).toBe(text)
  expect(hidingSecrets({})(text)).toBe(text)
  expect(hidingSecrets({ USER_STATE_URL: 'redis://:at@host' })('data at the host')).toBe('data at the host')
})
