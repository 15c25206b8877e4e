#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Compiled code is kept beside the packages, where only those write who may change the program; never in /tmp.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/forwardgate', import.meta.url)))

const args = process.argv.slice(2)
process.exitCode = await run(args[0])

/** What machines start again and again is loaded without the other commands. */
async function run(name: string | undefined): Promise<number> {
  switch (name) {
    case 'serve':
      return (await import('./cli/serve.ts')).serve.run(args.slice(1), process)
    case 'healthcheck':
      return (await import('./cli/healthcheck.ts')).healthcheck.run(args.slice(1), process)
    default:
      return (await import('./cli/commands.ts')).runCommand(args, process)
  }
}
