import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** What tells a file that came over whole from one that did not. */
export interface FileSum {
  readonly bytes: number
  /** hex */
  readonly sha256: string
}

/** Of a file as it lies there, or as it is copied on the way. @param copy  a file that is not there yet; on disk when this resolves */
export async function sumOf(file: string, copy?: string): Promise<FileSum> {
  const hash = createHash('sha256')
  let bytes = 0
  async function* read(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(file)) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  if (copy !== undefined) await pipeline(read, createWriteStream(copy, { flags: 'wx', mode: 0o600, flush: true }))
  else for await (const _ of read());
  return { bytes, sha256: hash.digest('hex') }
}
