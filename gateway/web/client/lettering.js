const ruler = document.createElement('canvas').getContext('2d')

/** In pixels. @param {string} text @param {string} font */
export function widthOf(text, font) {
  if (!ruler) return 0
  ruler.font = font
  return ruler.measureText(text).width
}

/**
 * The letters of a place: whoever has larger ones has less room for words.
 *
 * @param {Element} place
 */
export function letteringOf(place) {
  const { fontSize, fontFamily } = getComputedStyle(place)
  const font = `${fontSize} ${fontFamily}`
  return {
    /** In pixels. */
    size: Number.parseFloat(fontSize),
    /** The width of the longest of some texts. @param {readonly string[]} texts */
    widest: (texts) => Math.max(0, ...texts.map((text) => widthOf(text, font))),
  }
}
