import type { Redis, Result } from 'ioredis'

/**
 * Compare-and-set of a user on the applied offset that was read ('' : none), and word of it to whoever listens. Of who is erased
 * the offset stays for a while, without a record.
 *   KEYS[1] user   ARGV: expected offset, next offset, record ('' : erased), ms to remember an erasure, channel, message
 * @returns {1}, or {0, the offset that stands or '', the record if there is one}
 */
const WRITE_USER = `
local standing = redis.call('HGET', KEYS[1], 'offset') or ''
if standing ~= ARGV[1] then return {0, standing, redis.call('HGET', KEYS[1], 'record')} end
if ARGV[3] == '' then
  redis.call('HSET', KEYS[1], 'offset', ARGV[2])
  redis.call('HDEL', KEYS[1], 'record')
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
else
  redis.call('HSET', KEYS[1], 'offset', ARGV[2], 'record', ARGV[3])
  redis.call('PERSIST', KEYS[1])
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return {1}`

/**
 * Compare-and-set of what is counted, together with the statistics it changed, and word of them to whoever listens. One call an
 * item: Lua's stack is small.
 *   KEYS[1] partition   ARGV: expected, counted, channel, n, n messages, then field and value of each item ('' : remove)
 */
const COUNT = `
if (redis.call('HGET', KEYS[1], 'counted') or '-1') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'counted', ARGV[2])
local messages = tonumber(ARGV[4])
for i = 5 + messages, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
for i = 5, 4 + messages do redis.call('PUBLISH', ARGV[3], ARGV[i]) end
return 1`

/**
 * Moves the applied watermark, never back, and tells.
 *   KEYS[1] partition   ARGV: applied, channel, message
 */
const ADVANCE = `
if tonumber(redis.call('HGET', KEYS[1], 'applied') or '-1') >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'applied', ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`

/** Makes the scripts commands of the client, which sends each whole once a connection and by its digest from then on. */
export function defineScripts(redis: Redis): void {
  redis.defineCommand('writeUser', { numberOfKeys: 1, lua: WRITE_USER })
  redis.defineCommand('countItems', { numberOfKeys: 1, lua: COUNT })
  redis.defineCommand('advanceWatermark', { numberOfKeys: 1, lua: ADVANCE })
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    writeUserBuffer(
      key: string,
      expected: number | '',
      next: number,
      record: Buffer | '',
      erasedKeptMs: number,
      channel: string,
      message: string,
    ): Result<[won: number, offset?: Buffer, record?: Buffer | null], Context>
    countItems(
      key: string,
      expected: number,
      counted: number,
      channel: string,
      messageCount: number,
      /** One argument here, since so many would not fit on the stack; each is one to the script. */
      messagesAndFields: (string | Buffer)[],
    ): Result<number, Context>
    advanceWatermark(key: string, applied: number, channel: string, message: string): Result<number, Context>
  }
}
