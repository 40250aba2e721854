import { statfsSync } from 'node:fs'

const MEBIBYTE = 2 ** 20
/** Far more than a commit writes, and than others may write during one. */
const RESERVE_MIB = 64
/**
 * To be asked before lmdb writes, or ClickHouse the definition of a table. Where lmdb meets a full disk in the midst of a commit it spoils
 * the memory of the process now and then, which ends or hangs some time later; ClickHouse leaves the definition empty. So neither is let
 * come to that.
 * @throws Error while the disk of that folder is nearly full
 */
export function assertRoom(folder: string): void {
  if (hasRoom(folder)) return
  throw new Error(`its disk has ${mebibytesLeft(folder)} MiB left, and ${RESERVE_MIB} are needed to write safely`)
}

export const hasRoom = (folder: string): boolean => mebibytesLeft(folder) >= RESERVE_MIB

function mebibytesLeft(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return Math.floor((bavail * bsize) / MEBIBYTE)
}
