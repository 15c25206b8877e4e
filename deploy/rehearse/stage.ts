import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { PROMETHEUS_RULE, RULES_FILE, renderRules, withRunbook } from '../prometheus/rules.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** As in every file of the repository; they do not exist. */
const SOURCE = 'https://git.example.com/forwardgate'
const PLACEHOLDER = /registry\.example\.com\/forwardgate:[\d.]+/g

/** What is published beside the image: the manifests, and the chart made of them, with the image in its place. */
export interface Staged {
  readonly manifests: string
  readonly chart: string
}

/**
 * Copies the manifests, puts the image into them by its digest, makes the chart of them, and packs both. `runbook`: the
 * page that alerts lead to.
 */
export function stageDeploy(out: string, image: string, source = SOURCE, runbook = ''): Staged {
  const tree = join(out, 'tree')
  rmSync(tree, { recursive: true, force: true })
  mkdirSync(tree, { recursive: true })
  for (const part of ['deploy', 'package.json']) cpSync(join(ROOT, part), join(tree, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  for (const file of filesOf(join(tree, 'deploy'), /\.yaml$/)) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(PLACEHOLDER, image).replaceAll(SOURCE, source))
  }
  execFileSync(process.execPath, [join(tree, 'deploy/chart/make.ts'), runbook])
  if (runbook !== '') linkRunbook(tree, runbook)
  const chart = join(out, 'chart.tgz')
  pack(chart, join(tree, 'deploy/chart'), ['forwardgate'])
  const manifests = join(out, 'manifests.tgz')
  pack(manifests, join(tree, 'deploy'), ['base', 'components', 'overlays', 'prometheus'])
  return { manifests, chart }
}

/** Only now, as the chart has a value for it. */
function linkRunbook(tree: string, runbook: string): void {
  const staged = (file: URL) => join(tree, fileURLToPath(file).slice(ROOT.length))
  writeFileSync(staged(PROMETHEUS_RULE), withRunbook(readFileSync(PROMETHEUS_RULE, 'utf8'), runbook))
  writeFileSync(staged(RULES_FILE), renderRules(runbook))
}

/** A tarball whose bytes follow from the names and the contents alone. */
function pack(file: string, folder: string, entries: readonly string[]): void {
  const options = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX']
  const tar = execFileSync('tar', ['--create', '--format=ustar', ...options, '-C', folder, ...entries], {
    maxBuffer: 1 << 26,
  })
  writeFileSync(file, gzipSync(tar, { level: 9 }))
}

function filesOf(folder: string, name: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => name.test(file) && statSync(file).isFile())
}

if (import.meta.main) {
  const [out, image, source, runbook] = process.argv.slice(2)
  if (out === undefined || image === undefined) throw new Error('usage: stage.ts OUT IMAGE [SOURCE [RUNBOOK]]')
  console.log(JSON.stringify(stageDeploy(out, image, source, runbook)))
}
