/** @typedef {import('./dashboard-words.js').Row} Row */
/** @typedef {{ name: string, column: string, values: (number | null)[] }} Series */

/**
 * What a drawing over a column shows: the places on its axis, in order, and the series by these.
 *
 * @param {import('../shared/dashboard.js').Over} drawing
 * @param {readonly Row[]} rows
 * @param {boolean} isTime  the column has days or times, which become seconds since 1970
 * @returns {{ xs: number[], series: Series[] }}
 */
export function seriesOf({ x, series = [], by }, rows, isTime) {
  const placeOf = (/** @type {Row} */ row) => (isTime ? Date.parse(String(row[x])) / 1000 : Number(row[x]))
  const told = by?.only ? rows.filter((row) => row[by.only?.[0] ?? ''] === by.only?.[1]) : rows
  const xs = [...new Set(told.map(placeOf))].sort((one, other) => one - other)
  const indices = new Map(xs.map((place, index) => [place, index]))
  /** @param {string} name @param {string} column @param {readonly Row[]} theirs @returns {Series} */
  const one = (name, column, theirs) => {
    /** @type {(number | null)[]} */
    const values = xs.map(() => null)
    for (const row of theirs) {
      const value = row[column]
      values[indices.get(placeOf(row)) ?? 0] = typeof value === 'number' ? value : null
    }
    return { name, column, values }
  }
  if (!by) return { xs, series: series.map(({ name, column }) => one(name, column, told)) }
  const names = [...new Set(told.map((row) => String(row[by.column])))]
  return {
    xs,
    series: names.map((name) =>
      one(
        by.names?.[name] ?? name,
        by.value,
        told.filter((row) => row[by.column] === name),
      ),
    ),
  }
}
