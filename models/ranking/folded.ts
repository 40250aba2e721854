/** Nothing in it but letters, digits and signs of ASCII, which have no accents. */
const PLAIN = /^[ -~]*$/

/** A text as others are compared with it, without case and accents: "Amélie" is "amelie". */
export function folded(text: string): string {
  return PLAIN.test(text) ? text.toLowerCase() : text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
