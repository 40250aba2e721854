/** A poster that does not load goes: under it is the drawn cover. */
document.addEventListener(
  'error',
  ({ target }) => {
    if (isPoster(target)) target.remove()
  },
  // Errors of pictures do not rise.
  { capture: true },
)
for (const poster of document.images)
  if (isPoster(poster) && poster.complete && poster.naturalWidth === 0) poster.remove()

/** @param {unknown} target @returns {target is HTMLImageElement} */
function isPoster(target) {
  return target instanceof HTMLImageElement && target.className === 'poster'
}
