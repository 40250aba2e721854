import { type FileHandle, open, rm } from 'node:fs/promises'

/** A line that could not be imported. */
export interface Reject {
  readonly file: string
  readonly line: number
  readonly reason: string
  readonly text: string
}

/**
 * The rejects file: one JSON object a line, made when there is something to write.
 * @param keep  bytes that stay of a file that an interrupted import left; 0: it is removed
 */
export async function openRejects(file: string, keep: number) {
  let handle: FileHandle | undefined
  let bytes = keep
  if (keep > 0) {
    handle = await open(file, 'a')
    await handle.truncate(keep)
  } else await rm(file, { force: true })
  return {
    /** @returns length of the file */
    async write(rejects: readonly Reject[]): Promise<number> {
      if (rejects.length === 0) return bytes
      handle ??= await open(file, 'a')
      const text = rejects.map((reject) => `${JSON.stringify(reject)}\n`).join('')
      await handle.appendFile(text)
      bytes += Buffer.byteLength(text)
      return bytes
    },
    async close(): Promise<void> {
      await handle?.close()
    },
  }
}
