import { connect, type Socket } from 'node:net'
import type { ISocketFactory } from 'kafkajs'

const KEEP_ALIVE_MS = 60_000
const LOOK_MS = 1_000
const READ_BYTES = 64 * 1024
/** An answer begins with its length. */
const LENGTH_BYTES = 4

export interface KafkaSockets {
  readonly open: ISocketFactory
  /** Ends those that are left: kafkajs forgets some whose connection it made while another one broke, and they would keep the process. */
  destroy(): void
}

/**
 * Sockets for kafkajs, which differ from those it makes itself in two ways:
 *
 * One that was asked something and stays silent is given up. kafkajs would ask again and again on a connection whose other end is
 * gone, until the operating system gives up after a quarter of an hour.
 *
 * Answers are handed on whole. kafkajs keeps what came of one when its connection broke, takes what comes over the next one for
 * the rest of it, and from then on understands nothing, or ends the process.
 *
 * @param silenceMs  longer than any answer may take
 */
export function socketsForKafka(silenceMs: number): KafkaSockets {
  const all = new Set<Socket>()
  return {
    open({ host, port, onConnect }) {
      const whole = wholeAnswers()
      const onread = {
        buffer: Buffer.alloc(READ_BYTES),
        callback(length: number, buffer: Uint8Array): boolean {
          const answers = whole(buffer.subarray(0, length))
          if (answers === undefined) socket.destroy(new Error('what came is no answer of Kafka'))
          else if (answers.length > 0) socket.emit('data', answers)
          return true
        },
      }
      const socket = connect({ host, port, onread }, onConnect)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      giveUpOnSilence(socket, silenceMs)
      all.add(socket)
      socket.once('close', () => all.delete(socket))
      return socket
    },
    destroy() {
      for (const socket of all) socket.destroy(new Error('the log is closed'))
    },
  }
}

/** @returns takes what arrives, and gives back the answers that are complete with it, one after the other; undefined: it is none */
function wholeAnswers(): (arrived: Uint8Array) => Buffer | undefined {
  let begun: Buffer[] = []
  let size = 0
  /** Bytes until the first answer is complete, or its length is there. */
  let needed = LENGTH_BYTES
  return (arrived) => {
    // A copy: the next bytes come into the same buffer.
    begun.push(Buffer.from(arrived))
    size += arrived.length
    if (size < needed) return Buffer.alloc(0)
    const bytes = Buffer.concat(begun)
    let end = 0
    for (;;) {
      needed = LENGTH_BYTES
      if (bytes.length - end < LENGTH_BYTES) break
      const length = bytes.readInt32BE(end)
      if (length < 0) return undefined
      needed += length
      if (bytes.length - end < needed) break
      end += needed
    }
    begun = [bytes.subarray(end)]
    size = bytes.length - end
    return bytes.subarray(0, end)
  }
}

function giveUpOnSilence(socket: Socket, silenceMs: number): void {
  /** When it was last silent for a good reason, and what had been read and written by then. */
  let quiet = { read: 0, written: 0, at: performance.now() }
  const looking = setInterval(() => {
    const { bytesRead, bytesWritten } = socket
    const now = performance.now()
    if (bytesRead !== quiet.read || bytesWritten === quiet.written)
      quiet = { read: bytesRead, written: bytesWritten, at: now }
    else if (now - quiet.at > silenceMs) socket.destroy(new Error(`no answer in ${silenceMs / 1_000} s`))
  }, LOOK_MS).unref()
  socket.once('close', () => clearInterval(looking))
}
