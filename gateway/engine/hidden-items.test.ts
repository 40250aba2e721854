import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createScorer } from '../../models/ranking/scorer.ts'
import { followHiddenItems } from './hidden-items.ts'

const ITEM_IDS = Array.from({ length: 70 }, (_, n) => `item ${n}`)
const indexOf = new Map(ITEM_IDS.map((itemId, index) => [itemId, index]))
/** Lengths differ, so the scan has an order of its own. */
const factors = { rows: ITEM_IDS.length, d: 1, data: Float32Array.from(ITEM_IDS, (_, n) => (n * 37) % 70) }
const scorer = createScorer(factors, { layout: 'int8' })

/** A catalogue in which items come, change and go. */
function createCatalogue() {
  const items = new Map<string, { available: boolean; genres: readonly string[] } | null>()
  let changed = (_: string): void => {}
  const idsWhere = (predicate: (itemId: string) => boolean) => [...items.keys()].filter(predicate)
  const catalogue = {
    isHidden: (itemId: string) => items.has(itemId) && !items.get(itemId)?.available,
    hasGenre: (itemId: string, genre: string) => items.get(itemId)?.genres.includes(genre) ?? false,
    hidden: () => idsWhere(catalogue.isHidden),
    ofGenre: (genre: string) => idsWhere((itemId) => catalogue.hasGenre(itemId, genre)),
    onChange(listener: (itemId: string) => void) {
      changed = listener
      return () => {
        changed = () => {}
      }
    },
    put(itemId: string, item: { available: boolean; genres: readonly string[] } | null) {
      items.set(itemId, item)
      changed(itemId)
    },
  }
  return catalogue
}

const arbitraryItem = fc.option(fc.record({ available: fc.boolean(), genres: fc.subarray(['Drama', 'Film-Noir']) }), {
  freq: 4,
})
// Some that the generation does not know.
const arbitraryId = fc.constantFrom(...ITEM_IDS, 'new', 'newer')
const arbitraryStep = fc.oneof(
  fc.record({ put: arbitraryId, item: arbitraryItem }),
  fc.record({ look: fc.constantFrom(undefined, 'Drama', 'Film-Noir', 'Western') }),
)

it('follow the catalogue, whenever they were made', () => {
  fc.assert(
    fc.property(fc.array(arbitraryStep, { maxLength: 60 }), fc.nat(20), (steps, before) => {
      const catalogue = createCatalogue()
      const take = (step: (typeof steps)[number]): void => {
        if ('put' in step) catalogue.put(step.put, step.item)
      }
      steps.slice(0, before).forEach(take)
      const hiddenItems = followHiddenItems({ indexOf }, scorer.bitmap, catalogue)
      for (const step of steps.slice(before)) {
        take(step)
        if (!('look' in step)) continue
        const { look: genre } = step
        const bitmap = hiddenItems.of(genre)
        const expected = ITEM_IDS.map(
          (itemId) => catalogue.isHidden(itemId) || (genre !== undefined && !catalogue.hasGenre(itemId, genre)),
        )
        expect(ITEM_IDS.map((_, index) => bitmap.isHidden(index))).toEqual(expected)
        // What a request does to its own bitmap is seen by no other.
        bitmap.hideAll()
      }
    }),
  )
})
