import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/** What the client is made of. The types of the routes stand written out in `client.d.ts`: none of the gateway goes with it. */
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
    for (const module of MODULES) {
      mkdirSync(dirname(join(packed, module)), { recursive: true })
      cpSync(join(built, `${module}.js`), join(packed, `${module}.js`))
      // tsc leaves the names of files in declarations as they are.
      const declared = readFileSync(join(built, `${module}.d.ts`), 'utf8')
      writeFileSync(join(packed, `${module}.d.ts`), declared.replaceAll(/(from '\.{1,2}\/[^']*)\.ts'/g, "$1.js'"))
    }
    cpSync(join(import.meta.dirname, 'README.md'), join(packed, 'README.md'))
    cpSync(join(ROOT, 'LICENSE'), join(packed, 'LICENSE'))
    writeFileSync(join(packed, 'package.json'), JSON.stringify(manifest(), null, 2))
    return join(directory, run('npm', ['pack', '--silent', '--pack-destination', directory], packed).trim())
  } finally {
    rmSync(folder, { recursive: true })
  }
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
