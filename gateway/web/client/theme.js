import { byId } from './page.js'

const COOKIE = 'foldstream-theme'
const YEAR_SECONDS = 365 * 24 * 3600

/** What is chosen, or what the system has. */
const isDark = () =>
  document.documentElement.dataset.theme === undefined
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : document.documentElement.dataset.theme === 'dark'

const button = byId('theme')

function tell() {
  button.setAttribute('aria-label', isDark() ? 'Switch to light' : 'Switch to dark')
}

button.addEventListener('click', () => {
  const theme = isDark() ? 'light' : 'dark'
  document.documentElement.dataset.theme = theme
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it, to send the next page in this theme at once.
  document.cookie = `${COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`
  tell()
})
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell)
tell()
