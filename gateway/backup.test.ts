import { expect, it, onTestFinished } from 'vitest'
import { sha256 } from './api-keys.ts'
import { openTestGateway } from './gateway.fixture.ts'

it('only who holds the token of the data folder may name a path to copy it to', async () => {
  const asked: string[] = []
  const record = { id: 'b1', startedAt: 0, status: 'running', progress: 'copying', report: undefined } as const
  const backups = {
    start: (order: { directory: string }) => {
      asked.push(order.directory)
      return { ...record, order }
    },
    last: () => undefined,
  }
  const keys = [{ name: 'ops', scopes: ['admin'] as const, rate: undefined, sha256: sha256('admin-key') }]
  const back = (apiKeys: { current: () => typeof keys } | undefined, token: string, directory = '/backups/1') => {
    const answered = openTestGateway({ backups, settings: { apiKeys, adminToken: 'of-the-folder' } }).then(
      async (gateway) => {
        onTestFinished(() => gateway.stop())
        const headers = { authorization: `Bearer ${token}` }
        return (await gateway.send('POST', '/v1/admin/backups', { directory }, headers)).status
      },
    )
    return answered
  }
  expect(await back({ current: () => keys }, 'admin-key')).toBe(403)
  expect(await back(undefined, 'anything')).toBe(403)
  expect(asked).toEqual([])
  expect(await back(undefined, 'of-the-folder', 'relative/path')).toBe(400)
  expect(await back({ current: () => keys }, 'of-the-folder')).toBe(202)
  expect(await back(undefined, 'of-the-folder')).toBe(202)
  expect(asked).toEqual(['/backups/1', '/backups/1'])
})
