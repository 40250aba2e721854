/** A text in quotes, as ClickHouse writes each of them; numbers have none. */
const TEXT = /"((?:[^"]|"")*)"/g
/** By which spreadsheets tell a formula, the wide forms of East Asia too; they may pass over what is no letter before it. */
const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/

/**
 * Titles and ids come from whoever writes them, and a spreadsheet calculates a cell that begins like a formula, in quotes or not: such a
 * one may send off other cells. An apostrophe before it makes it text; numbers stay numbers, below zero too.
 * @param csv  in which every text stands in quotes
 */
export const withoutFormulas = (csv: string): string =>
  csv.replaceAll(TEXT, (field, text: string) => (FORMULA.test(text) ? `"'${text}"` : field))
