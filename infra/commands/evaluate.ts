import { readConfig } from '../config/read.ts'
import { readOptions } from '../evaluation/options.ts'
import { openExperiment } from '../evaluation/protocols.ts'
import { jsonOf, markdownOf } from '../evaluation/report.ts'
import { makeResults } from '../evaluation/results.ts'
import { evaluateModels } from '../evaluation/run.ts'
import { startCrew } from '../threads.ts'

/**
 * `npm run evaluate -- --dataset PATH --protocol NAME --models a,b`: models fitted and measured offline; a table, or one JSON
 * object a model. `npm run evaluate -- --results [NAME…]` makes models/evaluation/RESULTS.md, or some of its tables.
 */
export async function evaluate(args: readonly string[]): Promise<number> {
  if (args.includes('--results')) {
    await makeResults(readConfig(args, process.env, { results: 'boolean' }).words)
    return 0
  }
  const options = readOptions(args, process.env)
  const experiment = await openExperiment(options)
  const crew = startCrew(options.threads)
  const results = evaluateModels(experiment, { ...options, crew }, (progress) => console.error(progress))
  crew.close()
  const objects = results.models.map((result) => jsonOf(result, results, options, experiment))
  if (options.json) for (const object of objects) console.log(JSON.stringify(object))
  else console.log(markdownOf(objects))
  return 0
}
