const WIDTH = 120
const MAX_TEXT = 80

/**
 * JSON for people: on one line what fits there, else a part a line. Of lists the first parts are shown, and `…` where there are more;
 * of long texts the beginning.
 * @param most  parts of a list
 */
export function fold(value: unknown, most = 2, indent = ''): string {
  const parts = partsOf(value, most, '')
  const whole = parts ? `${parts.open}${parts.inner.join(', ')}${parts.close}` : leaf(value)
  if (!parts || indent.length + whole.length <= WIDTH) return whole
  const deeper = `${indent}  `
  const inner = partsOf(value, most, deeper)?.inner ?? []
  return `${parts.open}\n${filled(inner, deeper)}\n${indent}${parts.close}`
}

/** As many short parts a line as fit there. */
function filled(parts: readonly string[], indent: string): string {
  const lines: string[] = []
  for (const [n, part] of parts.entries()) {
    const text = n < parts.length - 1 ? `${part},` : part
    const last = lines.at(-1)
    const fits = last !== undefined && last.length + 1 + text.length <= WIDTH && !`${last}${text}`.includes('\n')
    if (fits) lines[lines.length - 1] = `${last} ${text}`
    else lines.push(indent + text)
  }
  return lines.join('\n')
}

/** @returns undefined: it has none */
function partsOf(value: unknown, most: number, indent: string) {
  if (typeof value !== 'object' || value === null) return undefined
  const isCut = Array.isArray(value) && value.length > most
  const inner = Array.isArray(value)
    ? [...value.slice(0, most).map((part) => fold(part, most, indent)), ...(isCut ? ['…'] : [])]
    : Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${fold(part, most, indent)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return { open, inner, close }
}

const leaf = (value: unknown): string =>
  typeof value === 'string' && value.length > MAX_TEXT
    ? JSON.stringify(`${value.slice(0, MAX_TEXT)}…`)
    : JSON.stringify(value)

/** What was folded; a list that was cut is as long as it is shown. */
export const unfold = (text: string): unknown => JSON.parse(text.replaceAll(/,\s*…(?=\s*\])/g, ''))
