import { constants } from 'node:fs'
import { access, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { explore } from '../../producers/explore/explore.ts'
import { inWords } from '../../producers/explore/in-words.ts'
import { pageOf } from '../../producers/explore/page/page.ts'
import { createProgress } from '../../producers/progress.ts'
import { readConfig } from '../config/read.ts'
import { counted } from '../counted.ts'
import { ConfigError, messageOf } from '../errors.ts'
import { openNamedDataset } from '../first-dataset.ts'
import { askedScale, foundingScale } from '../scale.ts'
import { untilStopped } from '../signals.ts'

/**
 * `npm run explore -- PATH|NAME [--out FILE] [--json]`: what a dataset looks like, on the terminal and as one HTML page. Nothing is
 * imported, no store is opened.
 */
export async function exploreDataset(args: readonly string[]): Promise<number> {
  const { config, words, flags } = readConfig(args, process.env, { out: 'string', json: 'boolean' })
  const [path] = words
  if (path === undefined || words.length > 1)
    throw new ConfigError('explore: expected one PATH or NAME of a dataset, as in npm run explore -- ml-latest-small')
  const dataset = await openNamedDataset(path, config)
  const scale = foundingScale(askedScale(config, dataset.scale))
  const file = resolve(String(flags.out ?? `explore-${dataset.name}.html`))
  // Now, not after minutes of reading.
  await checkWritable(file)

  const signal = untilStopped()
  const progress = createProgress(`reading ${dataset.name}`)
  const exploration = await explore(dataset, {
    scale,
    now: Date.now(),
    signal,
    onProgress: (done, lines) => progress.update(done, dataset.bytes, counted(lines, 'line')),
  })
    .catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    .finally(() => progress.stop())
  if (exploration === undefined) {
    console.error('stopped; no page was written')
    return 1
  }
  await writeFile(file, pageOf(exploration))
  if (flags.json) console.log(JSON.stringify({ ...exploration, page: file }))
  else console.log(`${inWords(exploration)}\n\nthe same as a page: ${file}`)
  return 0
}

async function checkWritable(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined)
  if (stats?.isDirectory()) throw new ConfigError(`--out: expected a file, and ${file} is a folder. Nothing was read.`)
  await access(stats ? file : dirname(file), constants.W_OK).catch((error: unknown) => {
    throw new ConfigError(`--out: ${file} cannot be written (${messageOf(error)}). Nothing was read.`)
  })
}
