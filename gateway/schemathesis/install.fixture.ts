import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '../../infra/errors.ts'

const run = promisify(execFile)

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')
const FOLDER = join(import.meta.dirname, '../../.cache/schemathesis')
/** Written last: what stands there was installed to the end. */
const INSTALLED = join(FOLDER, 'installed.txt')

/**
 * Installs Schemathesis and what it needs, at the versions of requirements.txt, into a virtual environment that git ignores; at
 * once where that was done before.
 * @returns path of the command
 * @throws Error where there is no Python 3.11 or no package index
 */
export async function installSchemathesis(): Promise<string> {
  const command = join(FOLDER, 'bin/schemathesis')
  const requirements = readFileSync(REQUIREMENTS, 'utf8')
  // Links to the interpreter, which may have gone since.
  const stands = existsSync(INSTALLED) && existsSync(join(FOLDER, 'bin/python'))
  if (stands && readFileSync(INSTALLED, 'utf8') === requirements) return command
  try {
    await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11) and "it is older than 3.11")'])
    await rm(FOLDER, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', FOLDER])
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps']
    await run(join(FOLDER, 'bin/pip'), ['install', ...options, '--requirement', REQUIREMENTS])
    await writeFile(INSTALLED, requirements)
    return command
  } catch (error) {
    throw new Error(`schemathesis: cannot be installed (Python 3.11 with venv, and PyPI?): ${messageOf(error)}`)
  }
}
