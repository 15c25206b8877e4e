#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { runCommand } from './tools/commands.ts'

// Compiled code is kept beside the packages, where only those write who may change the program; never in /tmp.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/forwardgate', import.meta.url)))

// No await here: the built program is a script, not a module.
void runCommand(process.argv.slice(2), process).then((code) => {
  process.exitCode = code
})
