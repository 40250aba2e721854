import { expect, it } from 'vitest'
import { cardWords, pageWords } from './client/dashboard-arriving.js'

it.each([
  [
    'a dataset is being loaded',
    { loading: 'ours', records: 88_070 },
    /^Being loaded: 88,070 records to go/,
    /^ours is/,
  ],
  ['what it leaves is taken in', { records: 5_000 }, /^Being loaded: 5,000 records/, /^Ratings are being taken in/],
  ['views come later', { records: 0, isEmpty: true, hasEvents: true }, /being counted/, /being counted/],
  ['nothing is on the log', { records: 0, isEmpty: true }, /^$/, /^Nothing was rated yet: POST .* npm run import/],
  ['people rate', { records: 12, isEmpty: false, hasEvents: true }, /^$/, /^$/],
])('says why there is nothing yet: %s', (_, arriving, ofCards, ofPage) => {
  expect(cardWords(arriving)).toMatch(ofCards)
  expect(pageWords(arriving)).toMatch(ofPage)
})
