import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from './errors.ts'

const run = promisify(execFile)

const CACHE = join(import.meta.dirname, '../.cache')

/**
 * Installs Python packages, at the versions of a file of requirements that names all they need, into a virtual environment that git
 * ignores; at once where that was done before.
 * @param name  of the environment
 * @returns the folder of its commands, `python` among them
 * @throws Error where there is no Python 3.11 or no package index
 */
async function installPython(name: string, requirementsFile: string): Promise<string> {
  const folder = join(CACHE, name)
  /** Written last: what stands there was installed to the end. */
  const installed = join(folder, 'installed.txt')
  const commands = join(folder, 'bin')
  const requirements = readFileSync(requirementsFile, 'utf8')
  // Links to the interpreter, which may have gone since.
  const stands = existsSync(installed) && existsSync(join(commands, 'python'))
  if (stands && readFileSync(installed, 'utf8') === requirements) return commands
  try {
    await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11) and "it is older than 3.11")'])
    await rm(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder])
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps']
    await run(join(commands, 'pip'), ['install', ...options, '--requirement', requirementsFile])
    await writeFile(installed, requirements)
    return commands
  } catch (error) {
    throw new Error(`${name}: cannot be installed (Python 3.11 with venv, and PyPI?): ${messageOf(error)}`)
  }
}

/** The same for a suite that is skipped where it cannot be had: then the reason. @throws Error with REQUIRE_SERVICES=1 */
export async function pythonOrReason(
  name: string,
  requirementsFile: string,
): Promise<{ commands: string } | { missing: string }> {
  try {
    return { commands: await installPython(name, requirementsFile) }
  } catch (error) {
    if (process.env.REQUIRE_SERVICES === '1') throw error
    return { missing: messageOf(error) }
  }
}
