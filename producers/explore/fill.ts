const PARTS = 10

/**
 * How full the matrix is, by tenths of its users and of its items, each sorted by their ratings.
 *
 * @param userCounts  ratings of each user
 * @param itemCounts  ratings of each item; those of none are no part of the matrix
 */
export function createFill(userCounts: Int32Array, itemCounts: Int32Array) {
  const users = inParts(userCounts)
  const items = inParts(itemCounts)
  const pairs = users.sizes.map(() => items.sizes.map(() => 0))
  return {
    /** To be told of each pair once. */
    add(user: number, item: number): void {
      const row = pairs[users.partOf[user] as number] as number[]
      const column = items.partOf[item] as number
      row[column] = (row[column] as number) + 1
    },
    /** Shares: a row for each part of the users, a column for each part of the items, the fullest first. */
    shares: (): number[][] =>
      pairs.map((row, u) => row.map((count, i) => count / ((users.sizes[u] as number) * (items.sizes[i] as number)))),
  }
}

function inParts(counts: Int32Array): { partOf: Uint8Array; sizes: number[] } {
  const owners = Int32Array.from(counts.keys().filter((owner) => (counts[owner] as number) > 0))
  owners.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
  const parts = Math.min(PARTS, owners.length)
  const partOf = new Uint8Array(counts.length)
  const sizes = new Array<number>(parts).fill(0)
  owners.forEach((owner, rank) => {
    const part = Math.floor((rank * parts) / owners.length)
    partOf[owner] = part
    sizes[part] = (sizes[part] as number) + 1
  })
  return { partOf, sizes }
}
