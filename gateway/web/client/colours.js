const probe = document.createElement('span')
probe.hidden = true
document.body.append(probe)

/** A colour of the tokens as it is now, for a canvas: that knows no custom properties. @param {string} token */
export function colourOf(token) {
  probe.style.color = `var(--${token})`
  return getComputedStyle(probe).color
}

/** @param {() => void} listener  called when it was made light or dark */
export function whenThemeChanges(listener) {
  new MutationObserver(listener).observe(document.documentElement, { attributeFilter: ['data-theme'] })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener)
}
