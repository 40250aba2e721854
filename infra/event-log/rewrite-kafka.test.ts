import { expect, it } from 'vitest'
import { append, rated } from '../../consumers/events.fixture.ts'
import { ConfigError } from '../errors.ts'
import { silent } from '../logging.ts'
import { describeWithService } from '../services/for-tests.ts'
import { readAll } from './contract-tools.ts'
import { STARS } from './event-log.contract.ts'
import { openKafkaLog } from './kafka.ts'
import type { EventLog } from './port.ts'
import { rewriteKafkaLog } from './rewrite-kafka.ts'

const USERS = Array.from({ length: 40 }, (_, n) => `user-${n}`)

async function withLog<T>(url: string, use: (log: EventLog) => Promise<T>): Promise<T> {
  const log = await openKafkaLog(url, STARS)
  return use(log).finally(() => log.close())
}

const contentOf = (url: string) =>
  withLog(url, async (log) => {
    const { records } = await readAll(log, 'ratings')
    return { users: records.map(({ key }) => key).toSorted(), rewritings: log.former.length }
  })

describeWithService('kafka', (url) => {
  it('two that rewrite a log at once lose nothing of it, and double nothing', async () => {
    const own = `${url}at-once.`
    await withLog(own, (log) => append(log, ...USERS.map((userId) => rated(userId, 'i', 4))))
    const rewrite = () => rewriteKafkaLog(own, () => undefined, silent)
    const outcomes = await Promise.allSettled([rewrite(), rewrite()])
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    for (const reason of refused) expect(reason).toBeInstanceOf(ConfigError)
    expect(await contentOf(own)).toEqual({ users: USERS.toSorted(), rewritings: 2 - refused.length })
    // Whoever comes later is not held up by one that has left.
    expect(await rewrite()).toEqual({ records: 0 })
    expect((await contentOf(own)).users).toEqual(USERS.toSorted())
  })

  it('is not rewritten below a role that started meanwhile', async () => {
    const own = `${url}meanwhile.`
    const log = await openKafkaLog(own, STARS)
    // Takes much longer to be copied than a gateway to join.
    await append(log, ...Array.from({ length: 20_000 }, (_, n) => rated(`user-${n}`, 'i', 4)))
    let gateway: Promise<{ caughtUp: Promise<void> }> | undefined
    const copying = rewriteKafkaLog(
      own,
      () => {
        // It copies.
        gateway ??= log.tail('items', () => {})
        return undefined
      },
      silent,
    )
    await expect(copying).rejects.toThrow(/foldstream-tail-.* read the log: foldstream runs. Nothing was changed/)
    await (await gateway)?.caughtUp
    await log.close()
    expect((await contentOf(own)).rewritings).toBe(0)
  })
})
