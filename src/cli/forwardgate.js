#!/usr/bin/env node
// The only file that any Node can read: the rest is TypeScript, which Node runs by itself from version 24 on.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const NEEDED = 24
const version = process.versions.node

if (Number.parseInt(version, 10) >= NEEDED) {
  await import('../main.ts')
} else {
  const ownNode = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
  if (existsSync(ownNode)) {
    await runWith(ownNode)
  } else {
    process.stderr.write(`forwardgate: Node ${NEEDED} or later is needed, and this is ${version}.\n`)
    process.stderr.write('forwardgate: "npm install" in the clone installs one for it in node_modules.\n')
    process.exitCode = 2
  }
}

/** Becomes the same command under another Node: its input and output, its signals, its exit code. */
async function runWith(node) {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  process.exitCode = await new Promise((resolve) => {
    child.on('error', () => resolve(2))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
