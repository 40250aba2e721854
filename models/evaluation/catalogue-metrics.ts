/**
 * Share of the catalogue that stands in somebody's list.
 *
 * @param recommended  how often each item of the catalogue was recommended
 */
export function coverage(recommended: ArrayLike<number>): number {
  let count = 0
  for (let item = 0; item < recommended.length; item++) if ((recommended[item] as number) > 0) count++
  return count / recommended.length
}

/**
 * How unequally the recommendations fall on the catalogue: 0 when every item is recommended as often as every other, near 1
 * when one item gets all.
 *
 *   G = Σ_j (2j − n − 1) x_j / (n Σ_j x_j)      x ascending, j = 1 … n
 */
export function gini(recommended: ArrayLike<number>): number {
  const ascending = Float64Array.from(recommended).sort()
  const n = ascending.length
  let weighted = 0
  let sum = 0
  ascending.forEach((x, j) => {
    weighted += (2 * (j + 1) - n - 1) * x
    sum += x
  })
  return weighted / (n * sum)
}

/**
 * Mean self-information of a list in bits, −log2 of the share of users who have the item (Vargas and Castells 2011): 0 for
 * what everybody has. An item that nobody has counts as if one user had.
 *
 * @param list    not empty
 * @param owners  how many of the users have each item as a positive
 */
export function novelty(list: readonly number[], owners: Int32Array, users: number): number {
  const bits = list.map((item) => -Math.log2(Math.max(1, owners[item] as number) / users))
  return bits.reduce((sum, x) => sum + x, 0) / list.length
}
