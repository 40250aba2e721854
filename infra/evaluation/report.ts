import type { Settings } from '../../models/evaluation/models.ts'
import type { Summary } from '../../models/evaluation/summary.ts'
import { count, counted } from '../counted.ts'
import type { EvaluateOptions } from './options.ts'
import type { Experiment } from './protocols.ts'
import type { ModelResult, Results } from './run.ts'

type Asked = Pick<EvaluateOptions, 'protocol' | 'seeds'>
type Data = Pick<Experiment, 'name' | 'positiveFrom' | 'candidates'>

/** One model's figures as one object: what `--json` prints, a line each. */
export function jsonOf(result: ModelResult, { users, items, ratings, positives }: Results, asked: Asked, data: Data) {
  const { model, metrics, trainSeconds, settings, chosen, tried } = result
  return {
    model,
    metrics: means(metrics),
    ...(asked.seeds > 1 && { spread: spreads(metrics) }),
    trainSeconds: rounded(trainSeconds),
    users,
    items,
    ratings,
    positives,
    dataset: data.name,
    protocol: asked.protocol,
    candidates: data.candidates,
    // Infinity, where everything is positive, is no JSON.
    positiveFrom: Number.isFinite(data.positiveFrom) ? data.positiveFrom : null,
    seeds: asked.seeds,
    settings,
    ...(chosen.length > 0 && { chosen }),
    ...(tried.length > 0 && {
      validation: tried.map((one) => ({ ...one, metrics: means(one.metrics) })),
    }),
  }
}
export type JsonResult = ReturnType<typeof jsonOf>

/** The figures of all models as Markdown, which reads well on a terminal too. */
export function markdownOf(results: readonly JsonResult[]): string {
  const [first] = results
  if (first === undefined) return ''
  const names = Object.keys(first.metrics)
  const { seeds, users, items, ratings, positives } = first
  const table = [
    ['model', ...names, 'fitted in'],
    ...results.map((result) => [
      result.model,
      ...names.map((name) => figure(result.metrics[name], result.spread?.[name])),
      `${result.trainSeconds.toFixed(2)} s`,
    ]),
  ]
  const heads = [
    `${first.dataset}, ${first.protocol}: ${counted(users, 'user')} asked for, ${counted(items, 'item')}, ${counted(ratings, 'training rating')}, ${count(positives)} of them positive${seeds > 1 ? `, mean of ${seeds} seeds ± their spread` : ''}.`,
    `Candidates: ${first.candidates}.`,
  ]
  return [heads.join('\n'), aligned(table), ...results.flatMap((result) => notesOf(result, names))].join('\n\n')
}

/** What was set, and what a search chose and saw. */
function notesOf({ model, settings, chosen, validation, seeds }: JsonResult, names: readonly string[]): string[] {
  const set = Object.keys(settings).length > 0 ? [`${model}: ${inWords(settings)}`] : []
  if (chosen === undefined) return set
  const distinct = [...new Set(chosen.map(inWords))]
  const choices = distinct.map((words) => {
    const count = chosen.filter((one) => inWords(one) === words).length
    return seeds > 1 ? `${words} (${count} of ${seeds} seeds)` : words
  })
  const found = `${model}: found on the validation part: ${choices.join('; ')}.`
  if (validation === undefined) return [...set, found]
  const searched = Object.keys(validation[0]?.settings ?? {})
  const table = [
    [...searched, ...names, 'chosen by'],
    ...validation.map(({ settings: tried, metrics, chosenBy }) => [
      ...searched.map((name) => `${tried[name]}`),
      ...names.map((name) => figure(metrics[name], undefined)),
      chosenBy === 0 ? '' : `${chosenBy} of ${seeds}`,
    ]),
  ]
  return [...set, found, aligned(table)]
}

const inWords = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

const means = (metrics: Readonly<Record<string, Summary>>) => mapped(metrics, ({ mean }) => mean)
const spreads = (metrics: Readonly<Record<string, Summary>>) => mapped(metrics, ({ spread }) => spread)
const mapped = (metrics: Readonly<Record<string, Summary>>, of: (summary: Summary) => number) =>
  Object.fromEntries(Object.entries(metrics).map(([name, summary]) => [name, finite(of(summary))]))

/** JSON knows no NaN. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function figure(mean: number | null | undefined, spread: number | null | undefined): string {
  if (mean === null || mean === undefined) return '–'
  return spread === null || spread === undefined ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${spread.toFixed(4)}`
}

const rounded = (seconds: number): number => Number(seconds.toPrecision(3))

/** A table in Markdown, its columns aligned. @param rows the head first */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const [head, ...body] = rows.map((row) =>
    line(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
    ),
  )
  return [
    head,
    line(widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))),
    ...body,
  ].join('\n')
}
