import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Lease {
  readonly holder: string
  /** ms since 1970. Processes on several machines need clocks that agree within a part of the lease. */
  readonly expiresAt: number
  /** How long it was taken for. */
  readonly ttlMs: number
}

const NAME = /^lease\.(\d+)$/

/**
 * A lease among the processes that share a folder. The file with the greatest number is the lease; taking it over is creating
 * the next number, which the file system lets only one do.
 */
export function folderLease(folder: string) {
  const fileOf = (number: number): string => join(folder, `lease.${number}`)

  async function numbers(): Promise<number[]> {
    const found = (await readdir(folder)).map((name) => NAME.exec(name)?.[1])
    return found.filter((number) => number !== undefined).map(Number)
  }

  const newest = async (): Promise<number> => Math.max(0, ...(await numbers()))

  async function read(number: number): Promise<Lease | undefined> {
    // Gone: released, or taken over, since the folder was listed. Only whole files ever get such a name.
    const json = await readFile(fileOf(number), 'utf8').catch(() => undefined)
    return json === undefined ? undefined : (JSON.parse(json) as Lease)
  }

  /** Writes the lease under a name of its own, and hands it to `place`. */
  async function write<T>(lease: Lease, place: (temporary: string) => Promise<T>): Promise<T> {
    const temporary = join(folder, `.lease.${randomUUID()}.tmp`)
    try {
      await writeFile(temporary, JSON.stringify(lease))
      return await place(temporary)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  const replace = (number: number, lease: Lease): Promise<void> =>
    write(lease, (temporary) => rename(temporary, fileOf(number)))

  /** @returns false when another process was faster */
  const create = (number: number, lease: Lease): Promise<boolean> =>
    write(lease, (temporary) =>
      link(temporary, fileOf(number)).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false
          throw error
        },
      ),
    )

  return {
    /** Takes or renews it. @returns false while somebody else holds it */
    async take(holder: string, ttlMs: number): Promise<boolean> {
      const number = await newest()
      const standing = await read(number)
      const now = Date.now()
      const lease = { holder, expiresAt: now + ttlMs, ttlMs }
      if (standing !== undefined && isHeld(standing, now)) {
        if (standing.holder !== holder) return false
        await replace(number, lease)
        return (await newest()) === number
      }
      // Looked at again: a listing during a take-over may show neither the old number nor the new one.
      if (!(await create(number + 1, lease)) || (await newest()) !== number + 1) return false
      const old = (await numbers()).filter((other) => other <= number)
      await Promise.all(old.map((other) => rm(fileOf(other), { force: true })))
      return true
    },

    /** Lets the next one take it at once. */
    async release(holder: string): Promise<void> {
      const number = await newest()
      if ((await read(number))?.holder === holder) await replace(number, { holder, expiresAt: 0, ttlMs: 0 })
    },
  }
}

/** One that goes on for longer than it was taken for is of a clock that was set back since, perhaps by a process that is gone. */
function isHeld({ expiresAt, ttlMs }: Lease, now: number): boolean {
  const isOutOfReach = expiresAt > now + 2 * ttlMs
  return expiresAt > now && !isOutOfReach
}
