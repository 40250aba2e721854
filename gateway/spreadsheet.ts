/** A text in quotes, as ClickHouse writes each of them; numbers have none. */
const TEXT = /"((?:[^"]|"")*)"/g
/** Spreadsheets pass over what is not seen: blanks, breaks, and letters of no width such as marks of direction or joiners. */
const UNSEEN = String.raw`[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]`
/** By which spreadsheets tell a formula, the wide forms of East Asia too. A cell that begins with a break or a tab is one to some. */
const FORMULA = new RegExp(String.raw`^(?:[\t\r\n\0]|${UNSEEN}*[=+\-@＝＋－＠])`, 'u')

/**
 * Titles and ids come from whoever writes them, and a spreadsheet calculates a cell that begins like a formula, in quotes or not: such a
 * one may send off other cells. An apostrophe before it makes it text; numbers stay numbers, below zero too.
 * @param csv  in which every text stands in quotes
 */
export const withoutFormulas = (csv: string): string =>
  csv.replaceAll(TEXT, (field, text: string) => (FORMULA.test(text) ? `"'${text}"` : field))
