/** What a note is not to lie over. A cover is large, and leads on beside it. */
const CONTROLS = 'star-rating, .button, .arrow, input'
const GAP = 8

/**
 * Lifts a note at the foot of the page above the controls that it would lie over. Where there is no such place in the lower half of the
 * page, it stays at the foot.
 *
 * @param {HTMLElement} note
 */
export function liftOver(note) {
  note.style.removeProperty('translate')
  const own = note.getBoundingClientRect()
  const over = [...document.querySelectorAll(`main :is(${CONTROLS})`)]
    .map((control) => control.getBoundingClientRect())
    .filter((box) => box.width > 0 && box.left < own.right && box.right > own.left)
    .sort((one, other) => other.bottom - one.bottom)
  let bottom = own.bottom
  for (const box of over) if (box.top < bottom && box.bottom > bottom - own.height) bottom = box.top - GAP
  if (bottom - own.height > innerHeight / 2) note.style.setProperty('translate', `0 ${bottom - own.bottom}px`)
}
