import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/**
 * What the client is made of. The types of the routes stand written out in `client.d.ts`: of the gateway none goes with it, but for
 * declarations of types that these name.
 */
const MODULES = ['gateway/client', 'gateway/sure-ratings', 'infra/backoff']

/**
 * Writes `foldstream-VERSION.tgz`, which another repository installs and imports as `foldstream/client`: plain JavaScript, since Node
 * strips no types under node_modules. Its one dependency is Hono, which itself has none.
 * @param directory  where the file is to stand
 * @returns          its path
 */
function packClient(directory: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'foldstream-client-'))
  try {
    const built = join(folder, 'built')
    const packed = join(folder, 'package')
    run(process.execPath, [tsc(), '-p', import.meta.dirname, '--outDir', built])
    for (const module of MODULES) copy(`${module}.js`, { from: built, to: packed })
    for (const module of declarationsFor(MODULES, built)) {
      copy(`${module}.d.ts`, { from: built, to: packed })
      // tsc leaves the names of files in declarations as they are.
      const declared = readFileSync(join(packed, `${module}.d.ts`), 'utf8')
      writeFileSync(join(packed, `${module}.d.ts`), declared.replaceAll(REFERENCE, '$1$3.js$4'))
    }
    cpSync(join(import.meta.dirname, 'README.md'), join(packed, 'README.md'))
    cpSync(join(ROOT, 'LICENSE'), join(packed, 'LICENSE'))
    writeFileSync(join(packed, 'package.json'), JSON.stringify(manifest(), null, 2))
    return join(directory, run('npm', ['pack', '--silent', '--pack-destination', directory], packed).trim())
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Another file of this repository, as a declaration names it. */
const REFERENCE = /((?:from |import\()(["']))(\.{1,2}\/[^"']*)\.ts(["'])/g

/** @returns the modules, and all whose types they name */
function declarationsFor(modules: readonly string[], built: string): ReadonlySet<string> {
  const found = new Set(modules)
  for (const module of found) {
    const declared = readFileSync(join(built, `${module}.d.ts`), 'utf8')
    for (const [, , , path = ''] of declared.matchAll(REFERENCE)) found.add(join(dirname(module), path))
  }
  return found
}

function copy(path: string, { from, to }: { from: string; to: string }): void {
  mkdirSync(dirname(join(to, path)), { recursive: true })
  cpSync(join(from, path), join(to, path))
}

function manifest() {
  const { name, version, license, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const exported = (module: string) => ({ types: `./${module}.d.ts`, default: `./${module}.js` })
  return {
    ...{ name, version, license },
    description: 'A typed client of foldstream',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: {
      './client': exported('gateway/client'),
      './sure-ratings': exported('gateway/sure-ratings'),
    },
    dependencies: { hono: `^${dependencies.hono}` },
  }
}

const tsc = (): string => join(ROOT, 'node_modules/typescript/bin/tsc')

/** @throws Error with what the program printed, when it fails */
const run = (program: string, args: readonly string[], cwd = ROOT): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

console.log(packClient(process.argv[2] ?? process.cwd()))
