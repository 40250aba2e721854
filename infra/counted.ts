/** As in "1,234". */
export const count = (value: number): string => Math.round(value).toLocaleString('en')

/** As in "3 ratings", "1 rating". */
export const counted = (value: number, singular: string, plural = `${singular}s`): string =>
  `${count(value)} ${Math.round(value) === 1 ? singular : plural}`
