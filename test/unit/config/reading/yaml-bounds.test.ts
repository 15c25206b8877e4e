import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readYaml } from '../../../../src/config/reading/yaml-document.ts'
import { cpuSeconds } from '../../../support/cpu-seconds.ts'

/** A file as large as one may be, of one piece again and again. */
function fileOf(piece: string, first = ''): string {
  return first + piece.repeat((1024 * 1024 - first.length) / piece.length)
}

const ALIASES = /more than 1000 aliases/
const TOKENS = /more than 500000 words and signs/

const HOSTILE: readonly (readonly [name: string, text: string, message: RegExp | undefined])[] = [
  ['120,000 aliases', `a: &a 1\nb: [${'*a,'.repeat(120_000)}]`, ALIASES],
  ['aliases in block style', `a: &a 1\nb:\n${'- *a\n'.repeat(120_000)}`, ALIASES],
  ['1,000 aliases behind 40,000 anchors', `[${'&a 1,'.repeat(40_000)}${'*a,'.repeat(1_000)}]`, undefined],
  ['brackets', fileOf('['), /nested too deeply/],
  ['braces', fileOf('{a: '), /nested too deeply/],
  ['dashes', fileOf('- '), TOKENS],
  ['dashes that stop early', '- '.repeat(200_000), /nested too deeply/],
  ['empty lists', fileOf('[],', 'a: ['), TOKENS],
  ['quotes', fileOf('"'), TOKENS],
  ['a quarter of a million quotes', '"'.repeat(500_000), /not valid YAML|several|second/],
  ['tabs', fileOf('\t-\n'), TOKENS],
  ['tags', fileOf('- !x a\n'), TOKENS],
  ['40,000 tags', '- !x a\n'.repeat(40_000), /tag "!x" is not allowed/],
  ['one key 40,000 times', 'a: 1\n'.repeat(40_000), /written twice/],
  ['a huge scalar', fileOf('x', 'a: '), undefined],
  ['a huge number', fileOf('1', 'a: '), undefined],
  ['a huge quoted scalar of escapes', `${fileOf('\\x41', 'a: "').slice(0, -8)}"`, undefined],
  ['blank lines in quotes', `${fileOf('\n', 'a: "').slice(0, -8)} "`, undefined],
]

for (const [name, text, message] of HOSTILE) {
  test(`a YAML file of ${name} costs less than two seconds`, async () => {
    let reported: readonly string[] = []
    const spent = await cpuSeconds(() => {
      reported = readYaml('x.yaml', text).problems.map((problem) => problem.message)
    })
    assert.ok(spent < 2, `${spent} s`)
    if (message === undefined) assert.deepEqual(reported, [])
    else assert.match(reported[0] ?? '', message)
  })
}

test('every key of a wide file is found in its place without looking through the others', async () => {
  const document = readYaml('x.yaml', Array.from({ length: 40_000 }, (_, index) => `k${index}: 1\n`).join(''))
  const spent = await cpuSeconds(() => {
    for (let index = 0; index < 40_000; index++) assert.equal(document.locate([`k${index}`], 'key').line, index + 1)
  })
  assert.ok(spent < 2, `${spent} s`)
})

test('an alias means the last anchor of its name before it, also behind another alias', () => {
  const document = readYaml('x.yaml', 'a: &x 1\nb: &y [*x]\nc: &x 2\nd: *y\ne: *x\nf: { &x k: *x }\n')
  assert.deepEqual(document.problems, [])
  assert.deepEqual(document.value, { a: 1, b: [1], c: 2, d: [1], e: 2, f: { k: 'k' } })
  assert.deepEqual(document.locate(['d', 0], 'value'), { file: 'x.yaml', line: 2, column: 8 })
})

test('what costs nothing is neither alias nor bracket: words, quotes, comments and blocks of text', () => {
  const text = `a: "${'['.repeat(300)}" # ${'*a '.repeat(2_000)}\nb: |\n${'  *a [ {\n'.repeat(2_000)}c: x${'['.repeat(300)}\n`
  assert.deepEqual(readYaml('x.yaml', text).problems, [])
})

test('an Error that is made after reading has its stack', () => {
  readYaml('x.yaml', '@')
  assert.match(new Error('x').stack ?? '', /\n {4}at /)
})
