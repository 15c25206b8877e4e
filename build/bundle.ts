import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** What the tests take from the gate's file, to run in their own process what ships. */
const TESTED = ['src/service.ts', 'src/settings.ts', 'src/telemetry/logger.ts'].map((file) => join(ROOT, file))
/** The list of commands. */
const COMMANDS = /\/commands\.ts$/

/** What was put into the program, by file of ours or of a package. */
export interface Bundle {
  readonly inputs: readonly string[]
}

/**
 * Writes the program to a folder beside `package.json`: `main.cjs`, which every start reads and which has the probe in
 * it; `gate.cjs`, the service; `tools.cjs`, every other command. CommonJS, since only that can be kept compiled.
 */
export async function bundle(directory: string): Promise<Bundle> {
  const loaded: string[] = []
  const main = await build({
    ...options(directory, 'main'),
    stdin: { contents: ENTRY, resolveDir: ROOT, sourcefile: 'build/entry-of-main.ts', loader: 'ts' },
    plugins: [partsOfTheirOwn(loaded)],
  })
  const gate = [...loaded.filter((file) => partOf(file) === 'gate'), ...TESTED]
  const tools = loaded.filter((file) => partOf(file) === 'tools')
  const parts = await Promise.all([
    build(partOptions(directory, 'gate', gate)),
    build(partOptions(directory, 'tools', tools)),
  ])
  return { inputs: inputsOf([main, ...parts].map(({ metafile }) => metafile)) }
}

const ENTRY = `
  import { mapStackTraces } from './build/runtime/stack-traces.ts'
  mapStackTraces(__dirname)
  void import('./src/main.ts')
`

function options(directory: string, name: string) {
  return {
    absWorkingDir: ROOT,
    outfile: join(directory, `${name}.cjs`),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Not from the file, which is not in every place where this is built.
    tsconfigRaw: { compilerOptions: { strict: true, verbatimModuleSyntax: true } },
    // Names stay, for stack traces and for those who read it.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: { 'import.meta.url': '__url' },
    banner: { js: "const __url=require('node:url').pathToFileURL(__filename).href;" },
  } as const satisfies BuildOptions
}

function partOptions(directory: string, name: string, files: readonly string[]) {
  const contents = files.map((file) => `export * from './${relative(ROOT, file)}'`).join('\n')
  return {
    ...options(directory, name),
    stdin: { contents, resolveDir: ROOT, sourcefile: `build/entry-of-${name}.ts`, loader: 'ts' },
    plugins: [leftOut()],
  } as const satisfies BuildOptions
}

/** Where the code of a command goes. The probe stays in `main.cjs`: it is started every few seconds. */
function partOf(file: string): 'main' | 'gate' | 'tools' {
  const name = basename(file)
  return name === 'healthcheck.ts' ? 'main' : name === 'serve.ts' ? 'gate' : 'tools'
}

/** What the list of commands loads when it is asked for is not bundled with it; `loaded` gets the files. */
function partsOfTheirOwn(loaded: string[]): Plugin {
  return {
    name: 'parts of their own',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, importer, kind }) => {
        if (kind !== 'dynamic-import' || !COMMANDS.test(importer)) return undefined
        const file = resolve(dirname(importer), path)
        if (partOf(file) === 'main') return undefined
        loaded.push(file)
        return { path: partOf(file), namespace: 'part' }
      })
      onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        contents: `module.exports = require('./build/runtime/part.ts').loadPart(require('node:path').join(__dirname, '${path}.cjs'))`,
        resolveDir: ROOT,
      }))
    },
  }
}

/** What no code of ours reaches: Fastify's compilers of schemas, as no route has a schema (`http/app`). */
function leftOut(): Plugin {
  const packages = /^@fastify\/(?:ajv-compiler|fast-json-stringify-compiler)$/
  return {
    name: 'left out',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: packages }, ({ path }) => ({ path, namespace: 'left out' }))
      onLoad({ filter: /.*/, namespace: 'left out' }, ({ path }) => ({
        contents: `throw new Error('${path} is not part of the program')`,
      }))
    },
  }
}

function inputsOf(metafiles: readonly Metafile[]): readonly string[] {
  const used = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    ),
  )
  return [...new Set(used)].sort()
}
