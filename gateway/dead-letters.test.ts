import { afterEach, beforeEach, expect, it } from 'vitest'
import { deadLetter } from '../infra/event-log/dead-letters.ts'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'

const PATH = '/v1/admin/dead-letters'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  const records = [0, 1, 2].map((offset) => ({
    partition: 3,
    offset,
    appendedAt: 1,
    key: 'ann',
    value: Buffer.from([0xff, offset]),
    headers: {},
  }))
  await gateway.log.append(
    'ratings.dead-letter',
    records.map((record) => deadLetter('ratings', record, 'it is no event')),
  )
})
afterEach(() => gateway.stop())

const idsOf = async (query = ''): Promise<string[]> =>
  ((await gateway.get(PATH + query)).body as { letters: { id: string }[] }).letters.map(({ id }) => id)

it('are listed in parts, with their bytes and the reason', async () => {
  expect((await gateway.get(`${PATH}?skip=1&limit=1`)).body).toEqual({
    letters: [
      {
        id: 'ratings-3-1',
        topic: 'ratings',
        partition: 3,
        offset: 1,
        key: 'ann',
        error: 'it is no event',
        at: expect.stringMatching(/Z$/),
        value: Buffer.from([0xff, 1]).toString('base64'),
      },
    ],
    total: 3,
  })
})

it('are replayed and dropped one by one, each once', async () => {
  expect((await gateway.send('POST', `${PATH}/ratings-3-0/replay`)).status).toBe(200)
  expect((await gateway.send('POST', `${PATH}/ratings-3-2/drop`)).status).toBe(200)
  expect(await idsOf()).toEqual(['ratings-3-1'])
  expect((await gateway.log.ends('ratings')).reduce((sum, end) => sum + end)).toBe(1)
  for (const id of ['ratings-3-0', 'ratings-3-2', 'ratings-9-9', 'x'])
    for (const deed of ['replay', 'drop'])
      expect(await gateway.send('POST', `${PATH}/${id}/${deed}`)).toMatchObject({ status: 404 })
})
