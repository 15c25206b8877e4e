import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isAlias, isCollection, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import { yamlAllowance } from '../../../../src/config/reading/yaml-bounds.ts'
import { composeYaml } from '../../../../src/config/reading/yaml-compose.ts'
import { allAtOnce } from '../../../../src/config/steps.ts'

const EXAMPLES = new URL('../../../../examples/config/', import.meta.url)
const TEXTS = [
  ...readdirSync(EXAMPLES).map((name) => readFileSync(new URL(name, EXAMPLES), 'utf8')),
  '{"routes": {"a": {"resource": "https://a.example", "scopes": ["x", "y"]},\n "b": {"resource": "https://b.example",}},\n"n": [1,2,[3,4],{"k": 5}]}',
  'a: &x\n  b: 1\n  c: *x\nd: [*x, &y z, *y]\n? e\n: f\n',
  '- a\n- - b\n  - c\n# comment\n- {k: v, l: [1, 2], m}\n-\n- |\n  text\n   more\n',
  'a:\n  - 1\n  -\n  - x: 1\n    y: 2\n\n# last\n',
  '%YAML 1.2\n---\na: [1, 2]\nb: 2\n',
  'a: 1\n---\nb: 2\n---\nc: 3\n',
  'a: !!map\n  b: !x 1\n  c: !!set {d, e}\n',
]

/** What is put in, here and there, to make mistakes of every kind. */
const SIGNS = [
  '\n',
  ' ',
  '  ',
  ',',
  ':',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a ',
  '!t ',
  '#',
  ' # c\n',
  '"',
  "'",
  '? ',
  '|\n',
  '\t',
  '---\n',
]

test('composed in parts of any size, a text has the nodes and places that it has in one piece; a mistake stays one', () => {
  let right = 0
  let mistaken = 0
  let same = 0
  const random = randomFrom(1)
  for (const text of TEXTS) {
    for (let round = 0; round < 30; round++) {
      let mutated = text
      for (let changes = round === 0 ? 0 : 1 + Math.floor(random() * 2); changes > 0; changes--) {
        const at = Math.floor(random() * mutated.length)
        const sign = SIGNS[Math.floor(random() * SIGNS.length)] ?? ''
        mutated = mutated.slice(0, at) + sign + mutated.slice(at + Math.floor(random() * 3))
      }
      const whole = inOnePiece(mutated)
      for (const characters of [1, 60]) {
        const parts = inParts(mutated, characters)
        assert.equal(parts.mistakes.length === 0, whole.mistakes.length === 0, mutated)
        if (whole.mistakes.length === 0) {
          right++
          assert.deepEqual(parts, whole, mutated)
        } else {
          mistaken++
          same += String(parts.mistakes) === String(whole.mistakes) ? 1 : 0
        }
      }
    }
  }
  assert.ok(right > 300 && mistaken > 300, `${right} right, ${mistaken} mistaken`)
  assert.ok(same > 0.98 * mistaken, `${same} of ${mistaken} have the same mistakes`)
})

function inOnePiece(text: string) {
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
  })
  const mistakes = [...document.errors, ...document.warnings].map(({ code, pos }) => [code, pos])
  return { nodes: shapeOf(document.contents), mistakes: mistakes.map(String).sort() }
}

function inParts(text: string, characters: number) {
  const composed = allAtOnce(composeYaml(text, new LineCounter(), yamlAllowance(), characters))
  if (typeof composed === 'string') assert.fail(composed)
  const mistakes = composed.mistakes.map(({ code, pos }) => [code, pos])
  return { nodes: shapeOf(composed.contents), mistakes: mistakes.map(String).sort() }
}

function shapeOf(node: unknown): unknown {
  if (isPair(node)) return [shapeOf(node.key), shapeOf(node.value)]
  if (isAlias(node)) return ['*', node.source, node.range]
  if (isScalar(node)) return [node.value, node.anchor, node.tag, node.range]
  if (isCollection(node)) return [node.constructor.name, node.anchor, node.tag, node.range, node.items.map(shapeOf)]
  return node
}

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
