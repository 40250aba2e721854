import { readdirSync, readFileSync } from 'node:fs'
import { extname, posix } from 'node:path'

/** What browsers load beside the pages, as it stands in the repository: nothing is bundled. */
const FOLDERS = ['client', 'shared', 'styles']
/** Taken as they are from where others have them, too: a style, and packages that are small. */
const FROM_ELSEWHERE: Readonly<Record<string, string>> = {
  'styles/scale.css': new URL('../../infra/style/scale.css', import.meta.url).href,
  'client/uplot.js': import.meta.resolve('uplot/dist/uPlot.iife.min.js'),
  'styles/uplot.css': import.meta.resolve('uplot/dist/uPlot.min.css'),
}

/** The parts of the film pages, each with what it is on a phone: what comes later has the last word. */
const FILM_PARTS = [
  ...['search', 'whose', 'covers', 'cover-patterns', 'cards', 'shelves', 'stars'],
  ...['home', 'newcomer', 'film', 'why', 'profile'],
]

/** The parts of the dashboard, likewise. */
const DASHBOARD_PARTS = [
  ...['dashboard', 'strip', 'chart', 'item-form', 'sheet', 'plot', 'drawings', 'multiples'],
  ...['ranks', 'hues'],
]

/** The parts of the page of operation, likewise. */
const ADMIN_PARTS = ['strip', 'panel', 'admin', 'admin-tables', 'admin-dialogs']

/** What all pages have. */
const COMMON = ['scale', 'tokens', 'base', 'chrome', 'buttons', 'told', 'dialog']

/** Of each kind of page the files of styles, which are sent as one: a first paint waits for every file of them. */
const SHEETS: Readonly<Record<string, readonly string[]>> = {
  films: [...COMMON, 'combobox', ...FILM_PARTS],
  dashboard: [...COMMON, 'uplot', 'key-form', 'combobox', ...DASHBOARD_PARTS],
  admin: [...COMMON, 'key-form', ...ADMIN_PARTS],
}

export interface AssetFile {
  /** Folder and file, as browsers ask for it. */
  readonly name: string
  readonly content: Buffer
}

/** @returns all files, in the order of their names */
export function readAssetFiles(): AssetFile[] {
  const ours = FOLDERS.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, import.meta.url)).map((file) => `${folder}/${file}`),
  )
  const read = (url: URL | string): Buffer => readFileSync(new URL(url, import.meta.url))
  const files = new Map([
    ...ours.map((name) => [name, read(name)] as const),
    ...Object.entries(FROM_ELSEWHERE).map(([name, url]) => [name, read(url)] as const),
  ])
  const sheets = Object.entries(SHEETS).map(([sheet, names]) => ({
    name: `styles/${sheet}.css`,
    content: Buffer.concat(names.map((name) => files.get(`styles/${name}.css`) as Buffer)),
  }))
  const others = [...files].flatMap(([name, content]) =>
    ['.js', '.svg'].includes(extname(name)) ? { name, content } : [],
  )
  return [...sheets, ...others].sort((x, y) => (x.name < y.name ? -1 : 1))
}

/** Names of the files that a module imports itself; none of what is no module. */
export const importsOf = ({ name, content }: AssetFile): string[] =>
  [...content.toString().matchAll(/^(?:import|\}) ?(?:.* from )?'(\.[^']+)'/gm)].map(([, path = '']) =>
    posix.join(posix.dirname(name), path),
  )
