import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { prosePages } from '../build/docs/prose-pages.ts'
import { wrapProse } from '../build/docs/wrap-prose.ts'
import { COMMANDS } from '../src/tools/commands.ts'
import { type Fence, fencesOf, linksOf, ROOT, read, textFiles, withoutFences } from './support/documents.ts'

const FILES = textFiles()
const DOCUMENTS = FILES.filter((file) => file.endsWith('.md'))
const FENCES = DOCUMENTS.flatMap(fencesOf)

test('the index links every page of the documentation, and the examples theirs', () => {
  assert.deepEqual(notLinked('docs/README.md', /^docs\/.*\.md$/), [])
  assert.deepEqual(notLinked('examples/README.md', /^examples\/.*\.md$/), [])
})

test('the index of the documentation is the first link of README.md', () => {
  assert.equal(linksOf(read('README.md'))[0], 'docs/README.md')
})

test('README has the two commands of a fresh clone, each of them whole', () => {
  const blocks = fencesOf('README.md').map(({ text }) => text.trim())
  for (const command of ['npm ci && npm run demo', 'npm ci && npm test']) assert.ok(blocks.includes(command), command)
})

test('no prose is wider than 120 characters; npm run docs wraps it', () => {
  const wide = prosePages(new URL('../', import.meta.url)).flatMap((file) => {
    const [now, wanted] = [read(file), wrapProse(read(file))].map((text) => text.split('\n'))
    const line = now?.findIndex((text, index) => text !== wanted?.[index]) ?? -1
    return line === -1 ? [] : [`${file}:${line + 1}`]
  })
  assert.deepEqual(wide, [])
})

test('every table has a head, and rows of as many cells', () => {
  const broken = DOCUMENTS.flatMap((file) =>
    tablesOf(read(file)).flatMap(([head = '', rule = '', ...rows]) => {
      const cells = cellsOf(head)
      if (!/^\|(?: ?:?-+:?[ -]?\|)+$/.test(rule)) return [`${file}: no rule below ${head}`]
      return [rule, ...rows].filter((row) => cellsOf(row) !== cells).map((row) => `${file}: ${row}`)
    }),
  )
  assert.deepEqual(broken, [])
})

test('every block of shell can be parsed, and names scripts and files that exist', () => {
  const { scripts } = JSON.parse(read('package.json'))
  const lines = FENCES.filter(({ language }) => ['sh', 'bash', 'console', ''].includes(language)).flatMap(commandsOf)
  assert.ok(lines.length >= 60, `only ${lines.length} commands were found`)
  const wrong = lines.flatMap(({ at, text }) => {
    const named = [...text.matchAll(/\bnpm (?:run )?(?<name>test|start|(?<=run )[\w:-]+)/g)]
    const unknown = named.flatMap(({ 1: script = '' }) => (script in scripts ? [] : [`no script ${script}`]))
    const files = [...text.matchAll(/(?<![\w./-])(?:docs|examples|deploy|src|test|bench|demo)\/[\w./-]*\w/g)]
    // For kubectl, deploy/NAME is a Deployment.
    const missing = /\bkubectl\b/.test(text)
      ? []
      : files.map(([file]) => file).filter((file) => !existsSync(join(ROOT, file)))
    return [...unknown, ...missing.map((file) => `no file ${file}`)].map((problem) => `${at}: ${problem}: ${text}`)
  })
  assert.deepEqual(wrong, [])
  assert.deepEqual(unparsable(lines), [])
})

test('every command of forwardgate in a document exists, with the options that it is given', async () => {
  const known = new Map<string, readonly string[]>()
  for (const { name, load } of COMMANDS) known.set(name, Object.keys((await load()).usage.options))
  // The transcripts of that page are made by running them; some show what a mistake is answered with.
  const pages = DOCUMENTS.filter((file) => file !== 'docs/commands.md')
  const asked = pages.flatMap((file) => [...fencesOf(file).flatMap(commandsOf), ...spansOf(file)]).flatMap(callsOf)
  assert.ok(asked.length >= 60, `only ${asked.length} calls were found`)
  const wrong = asked.flatMap(({ at, name, options }) => {
    const its = known.get(name)
    if (its === undefined) return [`${at}: no command ${name}`]
    return options.filter((option) => option !== 'help' && !its.includes(option)).map((o) => `${at}: ${name} --${o}`)
  })
  assert.deepEqual(wrong, [])
})

test('a block without a language shows no command', () => {
  const shell = /^(?:\$ |(?:npm|npx|node|curl|kubectl|helm|docker|cd|git|openssl|forwardgate) )/m
  const bare = FENCES.filter(({ language, text }) => language === '' && shell.test(text))
  assert.deepEqual(
    bare.map(({ at }) => at),
    [],
    'write ```sh, or ```console with a prompt, so that the lines are checked',
  )
})

test('every block of YAML and JSON can be parsed, without duplicate keys', () => {
  const wrong = FENCES.flatMap(({ at, language, text }) => {
    if (language.startsWith('yaml')) return yamlProblems(text).map((problem) => `${at}: ${problem}`)
    return language === 'json' ? jsonProblems(text).map((problem) => `${at}: ${problem}`) : []
  })
  assert.deepEqual(wrong, [])
})

test('a broken table, a wide line and an unclosed quote are found', () => {
  assert.deepEqual(
    tablesOf('| a | b |\n|---|---|\n| `|` \\| | c |\ntext').map((rows) => rows.map(cellsOf)),
    [[2, 2, 3]],
  )
  const wide = `- ${'word '.repeat(30)}[a link](to/a/page.md)`
  assert.ok(
    wrapProse(wide)
      .split('\n')
      .every((line) => line.length <= 120),
  )
  assert.equal(wrapProse(`\`\`\`\n${wide}\n\`\`\``), `\`\`\`\n${wide}\n\`\`\``)
  assert.equal(unparsable([{ at: 'here', text: "echo 'a" }]).length, 1)
  assert.equal(yamlProblems('a: 1\na: 2').length, 1)
})

/** Pages that the index does not link. */
function notLinked(index: string, pages: RegExp): readonly string[] {
  const base = new URL(index, 'file:///')
  const linked = new Set(linksOf(read(index)).map((link) => new URL(link, base).pathname.slice(1)))
  return DOCUMENTS.filter((file) => pages.test(file) && file !== index && !linked.has(file))
}

/** The tables of a page: consecutive lines that begin with a bar. */
function tablesOf(page: string): readonly (readonly string[])[] {
  const tables = withoutFences(page).matchAll(/(?:^ *\|.*(?:\n|$))+/gm)
  return [...tables].map(([text]) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  )
}

/** How many cells a row has. A bar divides cells unless it is escaped, in code, too. */
function cellsOf(row: string): number {
  return row.replaceAll('\\|', '').split('|').length - 2
}

interface Command {
  readonly at: string
  readonly text: string
}

/** What a reader would type: all of a shell block, and of a transcript the lines behind the prompt. */
function commandsOf({ at, language, text }: Fence): readonly Command[] {
  if (language === 'sh' || language === 'bash') return [{ at, text }]
  const typed = text.replaceAll('\\\n', ' ').matchAll(/^\$ (?<line>.+)$/gm)
  return [...typed].map(({ groups }) => ({ at, text: groups?.['line'] ?? '' }))
}

/** The code spans of a page, each as a command. */
function spansOf(file: string): readonly Command[] {
  const spans = withoutFences(read(file))
    .replaceAll(/``.+?``/gs, '')
    .matchAll(/`(?<text>[^`]+)`/g)
  return [...spans].map(({ groups }) => ({ at: file, text: groups?.['text']?.replaceAll(/\s+/g, ' ') ?? '' }))
}

/** The calls of forwardgate in a command: which command, and the names of its options. */
function callsOf({ at, text }: Command) {
  const calls = text.matchAll(/(?:^|\| |npx |\n)forwardgate (?<name>[a-z]+)(?![a-z:/])(?<rest>[^|#\n]*)/g)
  return [...calls].map(({ groups }) => ({
    at,
    name: groups?.['name'] ?? '',
    options: [...(groups?.['rest'] ?? '').matchAll(/ --(?<option>[a-z-]+)/g)].map((match) => match[1] ?? ''),
  }))
}

/** Commands that a shell cannot parse. `<name>` and `…` are for the reader to fill in. */
function unparsable(commands: readonly Command[]): readonly string[] {
  const all = commands.map(({ text }) => text.replaceAll(/<[\w-]+>|…/g, 'filled-in'))
  const one = (text: string) => spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  if (one(all.map((text) => `(\n${text}\n)`).join('\n')).status === 0) return []
  return all.flatMap((text, index) => {
    const { status, stderr } = one(text)
    return status === 0 ? [] : [`${commands[index]?.at}: ${stderr.trim()}`]
  })
}

function yamlProblems(text: string): readonly string[] {
  return parseAllDocuments(text).flatMap(({ errors, warnings }) =>
    [...errors, ...warnings].map(({ message }) => message),
  )
}

function jsonProblems(text: string): readonly string[] {
  try {
    JSON.parse(text)
    return []
  } catch (error) {
    return [String(error)]
  }
}
