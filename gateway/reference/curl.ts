import { NDJSON } from '../lines.ts'
import type { Example } from './examples.ts'

const ORIGIN = 'localhost:3000'

/** The line of a shell that asks an example. @param method  such as `get` */
export function curlOf(method: string, { url, body, lines, headers = {} }: Example): string {
  const sent = lines
    ? lines.map((line) => JSON.stringify(line)).join('\n')
    : body === undefined
      ? undefined
      : JSON.stringify(body)
  const type = sent === undefined ? {} : { 'content-type': lines ? NDJSON : 'application/json' }
  const implied = sent === undefined ? 'get' : 'post'
  return [
    'curl',
    ...(url.endsWith('/stream') || url.includes('/stream?') ? ['-N'] : []),
    ...(method === implied ? [] : [`-X ${method.toUpperCase()}`]),
    quoted(`${ORIGIN}${url}`),
    ...Object.entries({ ...headers, ...type }).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(sent === undefined ? [] : [`-d ${quoted(sent)}`]),
  ].join(' ')
}

/** Named in capitals, or a command that tells one. */
const VARIABLE = /\$[A-Z(]/

/** As a shell reads it: with variables in double quotes, where it fills them in. */
function quoted(text: string): string {
  if (/^[\w:/.-]*$/.test(text)) return text
  if (VARIABLE.test(text)) return `"${text.replaceAll(/["\\`]|\$(?![A-Z(])/g, '\\$&')}"`
  return `'${text.replaceAll("'", "'\\''")}'`
}
