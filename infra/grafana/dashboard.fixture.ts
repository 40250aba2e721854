import type { Chart } from '../analytics/chart.ts'
import { CHARTS } from '../analytics/charts.ts'

/** As in provisioning/datasources/clickhouse.yml. */
export const DATASOURCE = { type: 'grafana-clickhouse-datasource', uid: 'foldstream-clickhouse' }

/** Numbers by which the data source knows what it answers with. */
const FORMATS = { timeseries: 0, table: 1 } as const

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource: typeof DATASOURCE
  readonly targets: readonly {
    readonly refId: string
    readonly datasource: typeof DATASOURCE
    readonly editorType: 'sql'
    readonly queryType: keyof typeof FORMATS
    readonly format: number
    readonly rawSql: string
  }[]
  readonly fieldConfig: object
  readonly options: object
}

/** Words, above the charts: nothing is asked for them. */
interface Note extends Pick<Panel, 'id' | 'title' | 'gridPos'> {
  readonly type: 'text'
  readonly targets: readonly never[]
  readonly options: { readonly mode: 'markdown'; readonly content: string }
}

/** How a chart is drawn. Series of one query are told apart by a text, which a time series takes in one column. */
type Drawing =
  | {
      readonly type: 'timeseries'
      readonly style: 'line' | 'bars' | 'stacked'
      readonly select?: string
      readonly unit?: string
    }
  | { readonly type: 'barchart'; readonly select: string; readonly unit?: string }
  | { readonly type: 'stat'; readonly each: 'row' | 'column'; readonly select?: string }
  | { readonly type: 'table' }

const SHARE = 'percentunit'

/** The charts of the dashboard, in its order. */
const DRAWINGS: Readonly<Record<string, Drawing>> = {
  figures: { type: 'stat', each: 'row', select: 'figure, value, value_before' },
  'events-per-minute': { type: 'timeseries', style: 'bars' },
  'daily-ratings': { type: 'timeseries', style: 'bars', select: 'day AS time, ratings, positives' },
  'active-users': { type: 'timeseries', style: 'line', select: 'day AS time, active_users, new_users' },
  'rating-histogram': { type: 'barchart', select: 'toString(value) AS value, ratings' },
  sparsity: { type: 'stat', each: 'column' },
  'long-tail': { type: 'barchart', select: "concat(toString(percent), ' %') AS items, share", unit: SHARE },
  'genre-shares': { type: 'timeseries', style: 'stacked', select: 'month AS time, genre, share', unit: SHARE },
  'top-items': { type: 'table' },
  'best-items': { type: 'table' },
  'rising-items': { type: 'table' },
  'falling-items': { type: 'table' },
  'item-history': { type: 'timeseries', style: 'bars', select: 'month AS time, ratings, positives' },
  'cohort-return': { type: 'table' },
  funnel: { type: 'table' },
  'popularity-bias': { type: 'barchart', select: 'popularity_group, share_of_ratings, share_of_served', unit: SHARE },
  'uplift-of-fold-in': {
    type: 'timeseries',
    style: 'line',
    select: "time, concat(metric, ' ', variant) AS series, value",
    unit: SHARE,
  },
  freshness: { type: 'timeseries', style: 'line', select: 'time, typical, p99', unit: 's' },
  lag: { type: 'timeseries', style: 'line', select: 'time, updater, sink' },
  'model-quality': {
    type: 'timeseries',
    style: 'line',
    select: "created_at AS time, concat(metric, ' ', measured) AS series, value",
    unit: SHARE,
  },
  coverage: { type: 'timeseries', style: 'line', select: 'day AS time, share', unit: SHARE },
}

/** Charts that are only parts of others: the small lines beside the figures. */
export const LEFT_OUT: readonly string[] = ['figures-by-day']

const COLUMNS = 24
const WIDTH = 12
const HEIGHT = 8
const STRIP_HEIGHT = 4
const NOTE_HEIGHT = 2

const UID = 'foldstream'

/** Grafana opens on the same range whatever there is to show, and a link is all that it has to offer another one by. */
const ALL_DAYS = `This opens on the last 90 days, in which a dataset of years ago has nothing, or next to nothing: [show the last 40 years](/d/${UID}?from=now-40y&to=now), or choose a range above.`

/** The dashboard as Grafana provisions it, from the queries of our own. */
export function grafanaDashboard() {
  const note: Note = {
    ...{ id: Object.keys(DRAWINGS).length + 1, type: 'text', title: '' },
    gridPos: { x: 0, y: 0, w: COLUMNS, h: NOTE_HEIGHT },
    targets: [],
    options: { mode: 'markdown', content: ALL_DAYS },
  }
  let y = NOTE_HEIGHT
  let x = 0
  const panels = Object.entries(DRAWINGS).map(([name, drawing], index): Panel => {
    const chart = CHARTS.find((one) => one.name === name)
    if (chart === undefined) throw new Error(`there is no chart '${name}' to draw`)
    const isStrip = drawing.type === 'stat'
    // A strip begins a row of its own; what stands alone in the one before stays so.
    if (isStrip && x > 0) {
      y += HEIGHT
      x = 0
    }
    const gridPos = { x, y, w: isStrip ? COLUMNS : WIDTH, h: isStrip ? STRIP_HEIGHT : HEIGHT }
    x = (x + gridPos.w) % COLUMNS
    if (x === 0) y += gridPos.h
    return panelOf(index + 1, chart, drawing, gridPos)
  })
  return {
    uid: UID,
    title: 'foldstream',
    tags: ['foldstream'],
    editable: false,
    timezone: 'utc',
    time: { from: 'now-90d', to: 'now' },
    refresh: '1m',
    schemaVersion: 39,
    templating: { list: [textVariable('genre', 'Genre (empty: all)'), textVariable('item', 'Item id')] },
    panels: [note, ...panels],
  }
}

const textVariable = (name: string, label: string) => ({ name, label, type: 'textbox', query: '' })

function panelOf(id: number, chart: Chart, drawing: Drawing, gridPos: Panel['gridPos']): Panel {
  const queryType = drawing.type === 'timeseries' ? 'timeseries' : 'table'
  const select = 'select' in drawing ? drawing.select : undefined
  // Times have to come in order, whatever the order of the query is.
  const order = drawing.type === 'timeseries' ? '\nORDER BY 1' : ''
  const sql = withMacros(chart.sql)
  const rawSql = select === undefined ? sql : `SELECT ${select}\nFROM\n(\n${indented(sql)}\n)${order}`
  return {
    id,
    type: drawing.type,
    title: chart.title,
    gridPos,
    datasource: DATASOURCE,
    targets: [{ refId: 'A', datasource: DATASOURCE, editorType: 'sql', queryType, format: FORMATS[queryType], rawSql }],
    fieldConfig: { defaults: { unit: 'unit' in drawing ? drawing.unit : 'short', ...styleOf(drawing) }, overrides: [] },
    options: optionsOf(drawing),
  }
}

/** Parameters as Grafana fills them in: days of the range that it shows, and texts with quotes around them. */
const withMacros = (sql: string): string =>
  sql
    .replaceAll('{from:Date}', "toDate($__fromTime, 'UTC')")
    .replaceAll('{to:Date}', "toDate($__toTime, 'UTC')")
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own way to write it
    .replaceAll('{genre:String}', '${genre:sqlstring}')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own way to write it
    .replaceAll('{itemId:String}', '${item:sqlstring}')

/** What Grafana sends of a panel's query for a range, with a text that would end its own quotes. */
export const filled = (sql: string): string =>
  sql
    .replaceAll('$__fromTime', 'toDateTime(1700000000)')
    .replaceAll('$__toTime', 'toDateTime(1707776000)')
    .replaceAll(/\$\{(?:genre|item):sqlstring\}/g, "'O''Brien'")

const indented = (sql: string): string => sql.replaceAll(/^/gm, '    ')

function styleOf(drawing: Drawing): object {
  if (drawing.type !== 'timeseries') return {}
  const styles = {
    bars: { drawStyle: 'bars', fillOpacity: 60, lineWidth: 0 },
    line: { drawStyle: 'line', lineWidth: 2, showPoints: 'auto' },
    stacked: { drawStyle: 'line', fillOpacity: 60, lineWidth: 1, stacking: { mode: 'normal' } },
  }
  return { custom: styles[drawing.style], min: 0 }
}

function optionsOf(drawing: Drawing): object {
  const legend = { displayMode: 'list', placement: 'bottom', showLegend: true }
  if (drawing.type === 'table') return { showHeader: true }
  if (drawing.type !== 'stat') return { legend, tooltip: { mode: 'multi', sort: 'desc' } }
  const reduceOptions =
    drawing.each === 'row'
      ? { values: true, calcs: [], fields: '/^value$/' }
      : { values: false, calcs: ['lastNotNull'], fields: '' }
  return { reduceOptions, graphMode: 'none', colorMode: 'none', textMode: 'value_and_name' }
}
