/** A point of an integer grid. */
export type Point = readonly number[]

export interface Climb {
  /** Distances at which neighbours are tried, falling: one after the other, each until no neighbour is better. */
  readonly steps: readonly number[]
  readonly isAllowed: (point: Point) => boolean
  /** The figure of a point, the greater the better. undefined: it was asked often enough, the search ends. */
  readonly evaluate: (point: Point) => number | undefined
}

/**
 * Climbs from `start` by trying the neighbours, diagonal ones last (Hooke and Jeeves 1961): moves to the first that is better,
 * and tries the direction that was just good before the others. No point is evaluated twice. Whoever evaluates knows the best.
 */
export function patternSearch(start: Point, { steps, isAllowed, evaluate }: Climb): void {
  const tried = new Set([start.join()])
  const figure = evaluate(start)
  if (figure === undefined) return
  let best = { point: start, figure }
  let directions = directionsOf(start.length)

  /** The figure of the neighbour, less than any where it is not to be tried; undefined: the search ends. */
  function tryNeighbour(point: Point): number | undefined {
    if (tried.has(point.join()) || !isAllowed(point)) return Number.NEGATIVE_INFINITY
    tried.add(point.join())
    return evaluate(point)
  }

  for (const step of steps) {
    for (let left = directions; left.length > 0; ) {
      const [direction, ...others] = left as [Point, ...Point[]]
      const point = best.point.map((place, axis) => place + step * (direction[axis] as number))
      const figure = tryNeighbour(point)
      if (figure === undefined) return
      if (figure > best.figure) {
        best = { point, figure }
        directions = [direction, ...directions.filter((other) => other !== direction)]
      }
      left = best.point === point ? directions : others
    }
  }
}

/** Every combination of −1, 0 and 1 but standing still; those along one axis first, the last axis before the others. */
function directionsOf(axes: number): Point[] {
  let all: number[][] = [[]]
  for (let axis = 0; axis < axes; axis++) all = all.flatMap((head) => [0, -1, 1].map((next) => [...head, next]))
  const moves = (direction: Point): number => direction.filter((by) => by !== 0).length
  return all.filter((direction) => moves(direction) > 0).sort((one, other) => moves(one) - moves(other))
}
