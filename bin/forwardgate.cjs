#!/usr/bin/env node
// The one file that an old Node must be able to read, so that it can say which one is needed.
const { spawn, spawnSync } = require('child_process')
const { existsSync } = require('fs')
const { join } = require('path')

const NEEDED = 24
const version = process.versions.node
/** In a clone the sources run; a package has no sources, but what was built of them. */
const main = ['../src/main.ts', '../dist/main.cjs'].map((file) => join(__dirname, file)).find(existsSync)

if (isEnough(version)) {
  require(main)
} else {
  const other = otherNode()
  if (other === undefined) {
    process.stderr.write(`forwardgate: Node ${NEEDED} or later is needed, and this is ${version}.\n`)
    const command = String(main).endsWith('.ts') ? 'npm ci' : `npm install node@${NEEDED}`
    process.stderr.write(`forwardgate: "${command}" puts one beside it, which "npx forwardgate" then finds.\n`)
    process.exitCode = 2
  } else {
    runWith(other)
  }
}

/** The Node that npm installed beside the packages of a clone, or beside this package. */
function otherNode() {
  const places = ['../node_modules/.bin/node', '../../.bin/node'].map((place) => join(__dirname, place))
  return places.filter(existsSync).find((place) => isEnough(String(spawnSync(place, ['--version']).stdout).slice(1)))
}

function isEnough(version) {
  return parseInt(version, 10) >= NEEDED
}

/** Becomes the same command under another Node: its input and output, its signals, its exit code. */
function runWith(node) {
  const child = spawn(node, [main].concat(process.argv.slice(2)), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`forwardgate: ${node}: ${error.message}\n`)
    process.exitCode = 2
  })
  child.on('exit', (code) => {
    process.exitCode = code === null ? 1 : code
  })
}
