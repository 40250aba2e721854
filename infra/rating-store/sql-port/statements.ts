import { Refusal } from './refusal.ts'
import { checkTable, isAllowedDatabase, type Names } from './tables.ts'

const NAME = '(?:\\w+|`\\w+`)'
const TEXT = "'(?:[^'\\\\]|\\\\.)*'"
const ENDING = `(?: (?:NOT )?I?LIKE ${TEXT})?(?: LIMIT \\d+)?(?: FORMAT (?<format>\\w+))?`
const TABLE = `(?:(?<database>${NAME})\\.)?(?<table>${NAME})`

/**
 * SHOW and EXISTS as ClickHouse writes them. EXPLAIN AST does not show all that they hold (a WHERE may call any function), so each form
 * that is answered stands here in full.
 */
const FORMS = [
  `SHOW DATABASES${ENDING}`,
  `SHOW (?:FULL )?TABLES(?: FROM (?<database>${NAME}))?${ENDING}`,
  `SHOW (?:EXTENDED )?(?:FULL )?COLUMNS FROM (?<table>${NAME})(?: FROM (?<database>${NAME}))?${ENDING}`,
  `SHOW CREATE (?:TABLE|VIEW) ${TABLE}${ENDING}`,
  `SHOW FUNCTIONS${ENDING}`,
  `SHOW SETTINGS${ENDING}`,
  `EXISTS (?:TABLE|VIEW) ${TABLE}${ENDING}`,
  `EXISTS DATABASE (?<database>${NAME})${ENDING}`,
].map((form) => new RegExp(`^${form}$`))

export interface Statement {
  readonly format: string | undefined
}

/**
 * @param text  as formatQuerySingleLine writes it
 * @returns undefined: it is none of these, and has a syntax tree to be checked
 * @throws Refusal
 */
export function checkStatement(text: string, names: Names): Statement | undefined {
  if (!/^(SHOW|EXISTS)\b/.test(text)) return undefined
  const groups = FORMS.map((form) => form.exec(text)).find((match) => match !== null)
  if (groups === undefined) throw new Refusal('ACCESS_DENIED', `${text.slice(0, 60)}: this form is not answered here`)
  const { database, table, format } = groups.groups ?? {}
  const [inside, named] = [unquoted(database) ?? names.current, unquoted(table)]
  if (!isAllowedDatabase(inside)) throw new Refusal('ACCESS_DENIED', `Database ${inside} cannot be read here`)
  if (named !== undefined) checkTable(`${inside}.${named}`, names)
  return { format }
}

const unquoted = (name: string | undefined): string | undefined => name?.replaceAll('`', '')
