import { fileURLToPath } from 'node:url'

/**
 * Compiles assembly/ to kernels.wasm beside this file: `npm ci` calls it (`prepare`). Where the compiler is missing, since only
 * what runs in production was installed, it leaves things as they are: the image is built with kernels made before. No
 * TypeScript, since the compiler's types would replace those of `console` everywhere.
 */
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const compiler = await import('assemblyscript/asc').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  console.error('The compiler of the kernels is not installed: models/linalg/kernels.wasm has to be brought along.')
})
if (compiler) {
  const { error, stderr } = await compiler.main([
    here('assembly/index.ts'),
    ...['--outFile', here('kernels.wasm'), '--optimizeLevel', '3', '--noAssert', '--converge'],
    // No garbage collector and no allocator: whoever calls the kernels lays the memory out.
    ...['--runtime', 'stub', '--importMemory', '--noExportMemory', '--sharedMemory', '--maximumMemory', '65536'],
    ...['--enable', 'simd', '--enable', 'threads', '--enable', 'relaxed-simd'],
  ])
  if (error) {
    console.error(stderr.toString())
    process.exitCode = 1
  }
}
