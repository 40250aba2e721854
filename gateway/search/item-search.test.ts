import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Position } from '../../infra/event-log/port.ts'
import { silent } from '../../infra/logging.ts'
import type { Item } from '../../models/events/types.ts'
import { folded } from '../../models/ranking/folded.ts'
import type { ItemQuery } from './find.ts'
import { createItemSearch } from './item-search.ts'
import { wordsOf } from './words.ts'

const nothing = { skip: 0, limit: 1000 }

/** A catalogue to be changed at will, and its search. */
function catalogueOf(...first: Partial<Item>[]) {
  const items = new Map<string, Item>()
  const popularity = new Map<string, number>()
  const listeners = new Set<(itemId: string, position: Position) => void>()
  let version = 0
  const set = (itemId: string, given: Partial<Item> | undefined): void => {
    if (given) items.set(itemId, { ...blank, ...given, itemId })
    else items.delete(itemId)
    for (const listener of listeners) listener(itemId, { partition: 0, offset: 0 })
  }
  for (const item of first) set(item.itemId as string, item)
  const { search } = createItemSearch(
    {
      get: (itemId) => items.get(itemId),
      itemIds: () => items.keys(),
      onChange(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    { popularityOf: (itemId) => popularity.get(itemId) ?? 0, version: () => version },
    silent,
    new AbortController().signal,
  )
  /** What is found of the query itself. */
  async function asTyped(query: Partial<ItemQuery>) {
    const { correctedTo, ...found } = await search({ ...nothing, ...query })
    return correctedTo === undefined ? found : { items: [], total: 0 }
  }

  return {
    items,
    popularity,
    search,
    set,
    like(itemId: string, positives: number): void {
      popularity.set(itemId, positives)
      version++
    },
    find: async (query: Partial<ItemQuery>) => (await asTyped(query)).items.map(({ itemId }) => itemId),
    totalOf: async (query: Partial<ItemQuery>) => (await asTyped(query)).total,
  }
}

const blank: Omit<Item, 'itemId'> = {
  type: 'item',
  title: '',
  genres: [],
  year: null,
  poster: null,
  available: true,
  attributes: {},
  updatedAt: 0,
}

describe('what begins a word', () => {
  it.each([
    ['Iron Man', 'iron', true],
    ['The Man in the Iron Mask', 'IRON MA', true],
    ['Environment', 'iron', false],
    ['Amélie', 'amel', true],
    ['Amelie', 'Amé', true],
    ['Spider-Man: Far from Home', 'spider man far', true],
    ['Spider-Man', 'spider-m', true],
    ['Man of the House', 'of house', true],
    ['Lord of the Rings: The Two Towers, The', 'rings lord towers two of th', true],
    ['Lord of the Rings: The Two Towers, The', 'rings lord towers two off th', false],
    ['Man of the House', 'hous of', false],
    ['Matrix, The', 'the mat', true],
    ['Matrix, The', 'Matrix, The', true],
    ['Seven Samurai, The (Shichinin no samurai)', 'the seven samurai shi', true],
    ['Man, Woman and the Wall', 'man woman', true],
    ['(500) Days of Summer', '500 d', true],
    ['!!!', '!!', true],
    ['Wow!', '!', false],
    ['千と千尋の神隠し', '千と', true],
    ['Iron Man', '  ', true],
  ])('of %j: is it found by %j? %s', async (title, query, isFound) => {
    expect(await catalogueOf({ itemId: 'i', title }).find({ query })).toEqual(isFound ? ['i'] : [])
  })
})

describe('the year', () => {
  const films = [
    { itemId: 'matrix', title: 'Matrix, The', year: 1999 },
    { itemId: 'again', title: 'Matrix, The', year: 2021 },
    { itemId: 'odyssey', title: '2001: A Space Odyssey', year: 1968 },
    { itemId: 'shrek', title: 'Shrek', year: 2001 },
    { itemId: 'haunted', title: 'Amityville 1992: It’s About Time', year: 1992 },
  ]

  it.each([
    ['matrix 1999', ['matrix']],
    ['1999 the matr', ['matrix']],
    ['matrix 20', ['again']],
    ['the matrix 2021', ['again']],
    ['matrix 1998', []],
    ['shrek 2001 drama more words', []],
    // What is a title stands for itself.
    ['2001', ['odyssey']],
    ['1999', ['matrix']],
    ['1993', []],
  ])('counts as a word of it: %s', async (query, found) => {
    const { search } = catalogueOf(...films)
    expect((await search({ ...nothing, query })).items.map(({ itemId }) => itemId)).toEqual(found)
  })

  it('follows what is described anew', async () => {
    const { find, set } = catalogueOf(...films)
    expect(await find({ query: 'matrix 1999' })).toEqual(['matrix'])
    set('matrix', { title: 'Matrix, The', year: 1998 })
    expect(await find({ query: 'matrix 1999' })).toEqual([])
    expect(await find({ query: 'matrix 1998' })).toEqual(['matrix'])
  })
})

describe('the order', () => {
  it('is by popularity, wherever the query stands, then by title', async () => {
    const { find, like } = catalogueOf(
      { itemId: '1', title: 'Man of the House' },
      { itemId: '2', title: 'Iron Man' },
      { itemId: '3', title: 'Man Bites Dog' },
    )
    like('2', 10)
    expect(await find({ query: 'man' })).toEqual(['2', '3', '1'])
    expect(await find({})).toEqual(['2', '3', '1'])
  })

  it('begins with the title that is the query, which could not be told from others by typing more', async () => {
    const { find, like } = catalogueOf(
      { itemId: '1', title: 'It Follows' },
      { itemId: '2', title: 'It' },
      { itemId: '3', title: 'Italian Job, The' },
    )
    like('1', 5)
    like('3', 9)
    expect(await find({ query: 'it' })).toEqual(['2', '3', '1'])
    expect(await find({ query: 'it', skip: 1, limit: 1 })).toEqual(['3'])
    expect(await find({ query: 'ita' })).toEqual(['3'])
  })

  it('has what changes while the order is made', async () => {
    // So many that the order takes several turns of the event loop.
    const many = Array.from({ length: 30_000 }, (_, n) => ({ itemId: `i${n}`, title: `Film ${n}` }))
    const { find, set, like } = catalogueOf(...many)
    like('i7', 3)
    const finding = find({ query: 'film', limit: 4 })
    const changes = [
      () => set('i0', undefined),
      () => set('i1', { title: 'Drama 1' }),
      () => set('new', { title: 'Film 10' }),
      () => set('i10', { title: 'Film 10', available: false }),
      () => set('i7', { title: 'Film 9', genres: ['Comedy'] }),
    ]
    for (let turn = 0; turn < 600; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (turn % 20 === 0) changes.shift()?.()
    }
    expect(await finding).toHaveLength(4)
    for (let again = 0; again < 2; again++) {
      expect(await find({ query: 'film', limit: 4 })).toEqual(['i7', 'new', 'i100', 'i1000'])
      expect(await find({ query: 'film', limit: 2, genre: 'comedy' })).toEqual(['i7'])
      expect(await find({ skip: 29_990, query: 'film' })).toHaveLength(8)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  })

  it('is that of what was meant where nothing has what was typed, and says so', async () => {
    const { find, search } = catalogueOf({ itemId: '1', title: 'Godfather, The' }, { itemId: '2', title: 'Goodfellas' })
    expect(await search({ ...nothing, query: 'godfahter' })).toMatchObject({
      items: [{ itemId: '1' }],
      total: 1,
      correctedTo: 'godfather',
    })
    expect(await search({ ...nothing, query: 'godf' })).not.toHaveProperty('correctedTo')
    expect(await find({ query: 'gofd', skip: 1 })).toEqual([])
    // Of another genre there is none, whatever was meant.
    expect(await find({ query: 'godfahter', genre: 'Comedy' })).toEqual([])
  })

  it('follows popularity while it is asked for', async () => {
    const { find, like } = catalogueOf({ itemId: '1', title: 'Heat' }, { itemId: '2', title: 'Heathers' })
    expect(await find({ query: 'hea' })).toEqual(['1', '2'])
    like('2', 1)
    await vi.waitFor(async () => expect(await find({ query: 'hea' })).toEqual(['2', '1']))
  })
})

describe('against a search of every title', () => {
  const term = fc.constantFrom('iron', 'irons', 'Man', 'má', 'the', 'a', 'M')
  const title = fc
    .tuple(fc.array(term, { minLength: 1, maxLength: 4 }), fc.constantFrom(' ', '-', ': '))
    .map(([terms, between]) => terms.join(between))
  const item = fc.record({
    title,
    genres: fc.uniqueArray(fc.constantFrom('Drama', 'drama', 'Comédie'), { maxLength: 2 }),
    available: fc.boolean(),
  })
  const change = fc.record({
    itemId: fc.nat(30).map(String),
    item: fc.option(item, { nil: undefined, freq: 5 }),
  })
  const query = fc.record({
    query: fc.option(title, { nil: undefined }),
    genre: fc.constantFrom(undefined, undefined, 'DRAMA', 'Comedie', 'none'),
    skip: fc.nat(5),
    limit: fc.integer({ min: 1, max: 40 }),
  })

  it('finds the same in the same order, after any changes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { minLength: 31, maxLength: 31 }),
        fc.array(fc.oneof({ arbitrary: change, weight: 3 }, query), { maxLength: 60, size: 'max' }),
        async (popularity, steps) => {
          const { items, set, like, find, totalOf } = catalogueOf()
          popularity.forEach((positives, n) => {
            like(String(n), positives)
          })
          for (const step of steps) {
            if ('itemId' in step) set(step.itemId, step.item)
            else {
              expect(await find(step)).toEqual(linearly(items.values(), popularity, step))
              const all = linearly(items.values(), popularity, { ...step, ...nothing })
              expect(await totalOf(step)).toBe(all.length)
            }
          }
        },
      ),
      { numRuns: 200 },
    ))
})

it('finds the same when most of the catalogue came after the order was made', async () => {
  const genres = (n: number) => [n % 2 ? 'Drama' : 'Comédie', ...(n % 100 === 0 ? ['Rare'] : [])]
  const titleOf = (n: number) => `${['iron', 'man', 'the'][n % 3]} ${n % 7} ${n % 500}`
  const popularity: number[] = []
  const { items, set, like, find, totalOf } = catalogueOf()
  const put = (n: number, title = titleOf(n)) => set(String(n), { title, genres: genres(n) })
  for (let n = 0; n < 3000; n++) {
    popularity.push((n * 13) % 50)
    like(String(n), popularity[n] as number)
  }
  for (let n = 0; n < 3000; n += 10) put(n)
  await find({ query: 'iron' })
  for (let n = 0; n < 3000; n++) put(n)
  for (let n = 0; n < 3000; n += 70) put(n, `the 5 ${n}`)
  for (let n = 0; n < 3000; n += 90) set(String(n), undefined)
  for (const query of [undefined, 'iron', 'iron 5', 'man 3 3', 'the 5 7', 'iron 3 3', '4', 'x'])
    for (const genre of [undefined, 'drama', 'rare'])
      for (const page of [nothing, { skip: 0, limit: 3 }, { skip: 40, limit: 5 }, { skip: 2900, limit: 50 }]) {
        const wanted = { query, genre, ...page }
        expect(await find(wanted), JSON.stringify(wanted)).toEqual(linearly(items.values(), popularity, wanted))
        const all = linearly(items.values(), popularity, { ...wanted, skip: 0, limit: Number.POSITIVE_INFINITY })
        expect(await totalOf(wanted), JSON.stringify(wanted)).toBe(all.length)
      }
})

function linearly(items: Iterable<Item>, popularity: readonly number[], { query = '', genre, skip, limit }: ItemQuery) {
  const wanted = wordsOf(query).join(' ')
  const wordsIn = ({ title }: Item): string => wordsOf(title).join(' ')
  const rank = (item: Item): number => (wanted !== '' && wordsIn(item) === wanted ? 1 : 0)
  return [...items]
    .filter(({ available }) => available)
    .filter(({ genres }) => genre === undefined || genres.map(folded).includes(folded(genre)))
    .filter(({ title }) => {
      const words = wordsOf(title)
      return wordsOf(query).every((word, n, { length }) =>
        n < length - 1 ? words.includes(word) : words.some((one) => one.startsWith(word)),
      )
    })
    .sort(
      (x, y) =>
        rank(y) - rank(x) ||
        (popularity[Number(y.itemId)] as number) - (popularity[Number(x.itemId)] as number) ||
        (wordsIn(x) < wordsIn(y) ? -1 : wordsIn(x) > wordsIn(y) ? 1 : x.itemId < y.itemId ? -1 : 1),
    )
    .slice(skip, skip + limit)
    .map(({ itemId }) => itemId)
}
