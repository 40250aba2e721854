import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHARTS } from '../analytics/charts.ts'
import { openEmbeddedRatingStore } from '../rating-store/clickhouse.ts'
import type { RatingStore } from '../rating-store/port.ts'
import { DATASOURCE, filled, grafanaDashboard, LEFT_OUT, type Panel } from './dashboard.fixture.ts'

const here = (path: string): string => join(import.meta.dirname, path)
const FILE = here('dashboards/foldstream.json')

const built = grafanaDashboard()
if (process.env.WRITE_GRAFANA) await writeFile(FILE, `${JSON.stringify(built, null, 2)}\n`)
const dashboard: typeof built = JSON.parse(await readFile(FILE, 'utf8'))
const panels = dashboard.panels.filter((panel) => 'datasource' in panel)

it('is made of the charts as they are now; WRITE_GRAFANA=1 writes it anew', () => {
  expect(dashboard).toEqual(JSON.parse(JSON.stringify(built)))
  expect(panels.map(({ title }) => title).sort()).toEqual(
    CHARTS.filter(({ name }) => !LEFT_OUT.includes(name))
      .map(({ title }) => title)
      .sort(),
  )
})

it('has panels of their own ids, beside each other, each with a query of the provisioned source', async () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  for (const { gridPos, targets, datasource } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    expect(targets.map(({ rawSql }) => rawSql.trim().length > 0)).toEqual([true])
    expect([datasource, ...targets.map((target) => target.datasource)]).toEqual([DATASOURCE, DATASOURCE])
  }
  const source = await readFile(here('provisioning/datasources/clickhouse.yml'), 'utf8')
  expect(source).toContain(`uid: ${DATASOURCE.uid}\n    type: ${DATASOURCE.type}\n`)
})

it('is where the provider looks for it, in a container that has the plugin', async () => {
  const provider = await readFile(here('provisioning/dashboards/foldstream.yml'), 'utf8')
  const compose = await readFile(here('../../docker-compose.yml'), 'utf8')
  const [, path] = /path: (\S+)/.exec(provider) ?? []
  expect(compose).toContain(`./infra/grafana/dashboards:${path}:ro`)
  expect(compose).toContain('./infra/grafana/provisioning:/etc/grafana/provisioning:ro')
  expect(compose).toMatch(new RegExp(`GF_PLUGINS_PREINSTALL: ${DATASOURCE.type}@\\d`))
  expect(compose).toMatch(/grafana:\n(?: {4}.*\n)*? {4}profiles: \[analytics\]/)
})

it('asks as the user whom analysts.sql makes, by one password, on a ClickHouse of the same version', async () => {
  const compose = await readFile(here('../../docker-compose.yml'), 'utf8')
  const source = await readFile(here('provisioning/datasources/clickhouse.yml'), 'utf8')
  const sql = await readFile(here('../rating-store/analysts.sql'), 'utf8')
  const [, user] = /username: (\S+)/.exec(source) ?? []
  expect(sql).toContain(`CREATE USER IF NOT EXISTS ${user} IDENTIFIED`)
  const passwords = [...compose.matchAll(/(?:--param_password=|ANALYST_PASSWORD: )([^"\n]+)/g)].map(([, text]) => text)
  expect(passwords).toHaveLength(2)
  expect(new Set(passwords).size).toBe(1)
  expect(source).toContain('password: $ANALYST_PASSWORD')
  const images = compose.match(/image: clickhouse\/clickhouse-server:\S+/g)
  expect(images).toHaveLength(2)
  expect(new Set(images).size).toBe(1)
  expect(compose).toContain('./infra/rating-store/analysts.sql:/analysts.sql:ro')
  expect(compose).toMatch(/grafana:\n(?: {4}.*\n)*? {6}analyst: \{ condition: service_completed_successfully \}/)
})

it('leads from the range that it opens on, which is empty of a dataset of years ago, to one that is not', () => {
  const [note] = dashboard.panels
  expect(note).toMatchObject({ type: 'text', gridPos: { y: 0 } })
  expect(JSON.stringify(note)).toContain(`](/d/${dashboard.uid}?from=now-40y&to=now)`)
  expect(dashboard.time.from).toBe('now-90d')
})

describe('its queries, on ClickHouse', () => {
  let folder: string
  let store: RatingStore
  let session: Session
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foldstream-grafana-'))
    store = await openEmbeddedRatingStore(folder)
    session = new Session(folder)
  })
  afterAll(async () => {
    session.close()
    await store.close()
    await rm(folder, { recursive: true })
  })

  it.each(panels.map((panel): [string, Panel] => [panel.title, panel]))('%s', async (_, { targets: [target] }) => {
    const sql = filled(target?.rawSql ?? '')
    expect(sql).not.toMatch(/\$|\{\w+:/)
    const described = (await session.queryAsync(`DESCRIBE (${sql})`, { format: 'JSONEachRow' })).text().trim()
    const types: string[] = described.split('\n').map((line) => JSON.parse(line).type)
    if (target?.queryType === 'timeseries') expect(types[0]).toMatch(/^Date/)
    expect(types.some((type) => /Int|Float/.test(type))).toBe(true)
    await session.queryAsync(sql, { format: 'JSONEachRow' })
  })
})
