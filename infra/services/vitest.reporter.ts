import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Says at the very end what was skipped and why, what a test noted (`context.annotate`), and the counts on a line alone. */
export const closingReporter: Reporter = {
  onTestRunEnd(modules, errors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    const lines = [
      ...skipped.map((test) => `  skipped  ${where(test)}: ${noteOf(test) ?? 'no reason given'}`),
      ...tests.flatMap((test) => test.annotations().map(({ message }) => `  note     ${where(test)}: ${message}`)),
    ]
    if (lines.length > 0) console.log(`${[...new Set(lines)].join('\n')}\n`)

    const passed = tests.filter((test) => test.result().state === 'passed').length
    const broken = modules.filter(failedOutsideOfTests).length + errors.length
    const failed = tests.filter((test) => test.result().state === 'failed').length + broken
    console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
  },
}

const where = (test: TestCase) => `${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`

function noteOf(test: TestCase): string | undefined {
  const result = test.result()
  return result.state === 'skipped' ? result.note : undefined
}

/** It did not load, or a hook of it threw. */
const failedOutsideOfTests = (module: TestModule) =>
  module.errors().length > 0 || [...module.children.allSuites()].some((suite) => suite.errors().length > 0)
