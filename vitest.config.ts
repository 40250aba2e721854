import { defineConfig } from 'vitest/config'
import { closingReporter } from './infra/services/vitest.reporter.ts'

export default defineConfig({
  test: {
    include: ['**/*.{test,integration}.ts'],
    exclude: ['node_modules/**', 'data/**', '.services/**'],
    // chdb and lmdb are native: a process of their own for each file keeps a crash from taking the run with it.
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: 'infra/services/vitest.setup.ts',
    setupFiles: ['infra/services/patience.fixture.ts', 'infra/user-state/equal-histories.fixture.ts'],
    reporters: ['default', closingReporter],
    // What a browser shows comes when it comes.
    expect: { poll: { timeout: 60_000 } },
    // No test is about time: these end what hangs, and are ample on a slow machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
