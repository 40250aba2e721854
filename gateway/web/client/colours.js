const probe = document.createElement('span')
probe.hidden = true
// Who has colours of their own has them of the tokens, and the hues of charts as they are.
probe.style.setProperty('forced-color-adjust', 'none')
document.body.append(probe)

/** A colour of the tokens as it is now, for a canvas: that knows no custom properties. @param {string} token */
export function colourOf(token) {
  probe.style.color = `var(--${token})`
  return getComputedStyle(probe).color
}

/** @param {() => void} listener  called when it was made light or dark, or of colours of one’s own */
export function whenThemeChanges(listener) {
  new MutationObserver(listener).observe(document.documentElement, { attributeFilter: ['data-theme'] })
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)'])
    matchMedia(query).addEventListener('change', listener)
}
