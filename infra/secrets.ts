type Env = Readonly<Record<string, string | undefined>>

/** Variables that hold an address, in which a password may stand. */
const URLS = ['EVENT_LOG_URL', 'USER_STATE_URL', 'RATING_STORE_URL', 'MODEL_STORE_URL'] as const
/** A shorter password is part of many words: it is hidden only where it stands in an address. */
const MIN_LENGTH = 4
export const HIDDEN = '[hidden]'

/** What stands between the scheme and the last @ of an address, however broken the rest is. */
const CREDENTIALS = /^(?:[a-z][\w+.-]*:\/\/)?(.*)@/is
const SECRET_PARAMETER = /[?&][^=&#]*(?:pass|secret|token|key)[^=&#]*=([^&#]*)/gi

/** Where a secret shows by what stands around it: in an address, a parameter of one, or a header. */
const SHOWN: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s/@'"`]+@/g, `$1${HIDDEN}@`],
  [/\b(Bearer|Basic) +[\w+/.~=-]{4,}/gi, `$1 ${HIDDEN}`],
]

/**
 * Takes out of a text the passwords and keys that the environment holds, in every form in which a client library may quote them, and
 * whatever looks like credentials. It is the second line: nothing here is to put a secret into a text in the first place.
 */
export function hidingSecrets(env: Env): (text: string) => string {
  const known = [...new Set(secretsIn(env).flatMap(formsOf))]
    .filter((secret) => secret.length >= MIN_LENGTH)
    // The longest first: one may be part of another.
    .sort((a, b) => b.length - a.length)
  return (text) => {
    let shown = text
    for (const secret of known) shown = shown.replaceAll(secret, HIDDEN)
    for (const [pattern, instead] of SHOWN) shown = shown.replace(pattern, instead)
    return shown
  }
}

function secretsIn(env: Env): string[] {
  const inUrls = URLS.flatMap((name) => secretsOfUrl(env[name] ?? ''))
  const keys = env.API_KEYS ?? ''
  // The third part is a hash, unless somebody wrote the key itself there, or nothing else.
  const ofKeys = keys.startsWith('file:') ? [] : keys.split(',').map((entry) => entry.split(':')[2] ?? entry)
  const own = [env.COOKIE_SECRET ?? '', env.TMDB_API_KEY ?? '']
  return [...inUrls, ...ofKeys, ...own].map((secret) => secret.trim())
}

function secretsOfUrl(url: string): string[] {
  const [, credentials = ''] = CREDENTIALS.exec(url) ?? []
  const [user = '', ...password] = credentials.split(':')
  const parameters = [...url.matchAll(SECRET_PARAMETER)].map(([, value = '']) => value)
  if (password.length === 0) return parameters
  const secret = password.join(':')
  const basic = Buffer.from(`${decoded(user)}:${decoded(secret)}`).toString('base64')
  return [secret, basic, ...parameters]
}

/** As it was typed, as it is meant, as it stands in an address, and each of these inside JSON. */
function formsOf(secret: string): string[] {
  const meant = decoded(secret)
  const forms = [secret, meant, encodeURIComponent(meant)]
  return [...forms, ...forms.map((form) => JSON.stringify(form).slice(1, -1))]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
