import { expect, it } from 'vitest'
import { spokenSentence } from './client/dashboard-words.js'

it('says dates as people write them, and names as they are but for how catalogues file them', () => {
  const said = (sentence: string, row = {}) => spokenSentence(sentence, row)
  expect(said('Matrix, The: 9 ratings in the whole of 2019-05.', { title: 'Matrix, The' })).toBe(
    'The Matrix: 9 ratings in the whole of May 2019.',
  )
  const title = 'Diary 2019-05: a 2019-Q1'
  expect(said(`${title}: 9 ratings, the busiest 2019-Q1.`, { title })).toBe(`${title}: 9 ratings, the busiest Q1 2019.`)
  expect(said('Item 2019-05: 9 ratings in 2019-05.', { title: null, item_id: '2019-05' })).toBe(
    'Item 2019-05: 9 ratings in May 2019.',
  )
  expect(said('The busiest month, 2019-05, has 9.')).toBe('The busiest month, May 2019, has 9.')
})
