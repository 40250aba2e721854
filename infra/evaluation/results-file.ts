/** One table of RESULTS.md. */
export interface Section {
  /** One word, by which it can be made anew. */
  readonly name: string
  /** What is measured, and against what, in Markdown. */
  readonly about: string
  /** What made it, as a user would type it. */
  readonly command: string
  /** Markdown. */
  readonly table: string
}

const HEAD = `# Results

Every table stands under the command that made it. \`npm run evaluate -- --results\` makes all of them anew,
\`npm run evaluate -- --results NAME\` those of these names. Seconds are of the machine that made them, and drift: compare within a
table. Figures do not drift: the same command gives the same figures, but where \`--tune\` searches for as long as TUNING_BUDGET allows.
`

/**
 * The file with some sections made anew; the others stay as they are.
 *
 * @param file   as it stands; '' where there is none yet
 * @param order  names of all sections; one that is not among them is dropped
 */
export function withSections(file: string, sections: readonly Section[], order: readonly string[]): string {
  const texts = new Map(file.split(/^(?=## )/m).map((text) => [/^## (\S+)/.exec(text)?.[1], text.trimEnd()]))
  for (const section of sections) texts.set(section.name, textOf(section))
  return `${[HEAD, ...order.flatMap((name) => texts.get(name) ?? [])].map((text) => text.trimEnd()).join('\n\n')}\n`
}

const textOf = ({ name, about, command, table }: Section): string =>
  `## ${name}\n\n${about}\n\n    ${command}\n\n${table}\n`
