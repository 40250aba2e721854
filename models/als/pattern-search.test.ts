import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Point, patternSearch } from './pattern-search.ts'

const QUARTER_DECADES = [4, 2, 1]

/** Asks for figures of a surface. @returns what was asked, in order */
function search(
  figure: (point: Point) => number,
  { axes = 2, most = Infinity, isAllowed = (_: Point): boolean => true } = {},
) {
  const asked: Point[] = []
  patternSearch(
    Array.from({ length: axes }, () => 0),
    {
      steps: QUARTER_DECADES,
      isAllowed,
      evaluate(point) {
        if (asked.length === most) return undefined
        asked.push(point)
        return figure(point)
      },
    },
  )
  const best = asked.toSorted((one, other) => figure(other) - figure(one))[0]
  return { asked, best }
}

/** A hill whose ridge lies at any angle, up to five times as long as it is wide; it flattens out far from the top. */
const hill = fc
  .record({
    top: fc.tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: -8, max: 8 })),
    angle: fc.double({ min: 0, max: Math.PI, noNaN: true }),
    length: fc.double({ min: 1, max: 5, noNaN: true }),
  })
  .map(({ top, angle, length }) => {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const height = ([x = 0, y = 0]: Point): number => {
      const [dx, dy] = [x - top[0], y - top[1]]
      const [along, across] = [(dx * cos + dy * sin) / length, dy * cos - dx * sin]
      return 1 / (1 + (along * along + across * across) / 16)
    }
    return { top, height }
  })

describe('pattern search', () => {
  it('comes to within a step of the top of a hill, in few trials', () => {
    const trials: number[] = []
    fc.assert(
      fc.property(hill, ({ top, height }) => {
        const { asked, best } = search(height)
        trials.push(asked.length)
        expect(asked.length).toBeLessThan(60)
        // On a ridge that lies askew no neighbour need be better a little beside the top.
        expect(height(best as Point)).toBeGreaterThan(0.9)
        expect(Math.hypot((best?.[0] ?? 99) - top[0], (best?.[1] ?? 99) - top[1])).toBeLessThan(7)
      }),
    )
    expect(trials.reduce((sum, n) => sum + n) / trials.length).toBeLessThan(40)
  })

  it('finds the top of a round hill exactly, and of one on a single axis', () => {
    const place = fc.integer({ min: -8, max: 8 })
    fc.assert(
      fc.property(place, place, (x, y) => {
        expect(search(([a = 0, b = 0]) => -((a - x) ** 2) - (b - y) ** 2).best).toEqual([x, y])
        expect(search(([a = 0]) => -Math.abs(a - x), { axes: 1 }).best).toEqual([x])
      }),
    )
  })

  it('evaluates no point twice and none that is not allowed, whatever the surface is like', () => {
    const figures = fc.func(fc.double({ noNaN: true }))
    fc.assert(
      fc.property(figures, fc.integer({ min: 0, max: 12 }), (figure, reach) => {
        const isAllowed = (point: Point): boolean => point.every((place) => Math.abs(place) <= reach)
        const { asked } = search(([x, y]) => figure(x, y), { isAllowed })
        expect(new Set(asked.map(String)).size).toBe(asked.length)
        expect(asked.filter((point) => !isAllowed(point))).toEqual([])
      }),
    )
  })

  it('begins where it is told to, and ends when there is no more to be had', () => {
    for (const most of [0, 1, 7]) {
      const { asked } = search(([x = 0, y = 0]) => -((x - 9) ** 2) - (y + 9) ** 2, { most })
      expect(asked).toHaveLength(most)
      if (most > 0) expect(asked[0]).toEqual([0, 0])
    }
  })

  it('has little left to do on its way when it is ended early: the longest steps come first', () => {
    const figure = ([x = 0, y = 0]: Point): number => -((x - 8) ** 2) - (y + 8) ** 2
    const { best } = search(figure, { most: 12 })
    expect(best).toEqual([8, -8])
  })
})
