import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from '../../src/config/parse.ts'
import { checkManifests } from '../../src/tools/check/all-rules.ts'
import { landscapeOf } from '../../src/tools/proxies/traefik/read-landscape.ts'
import { GOOD } from './check/planted.ts'

const JUNK = [
  'null',
  '[]',
  '{}',
  '1',
  'true',
  '""',
  '[{}]',
  '[null]',
  '*x',
  '&x {}',
  '<<: 1',
  '- - -',
  '!!binary x',
  "'",
]
const MARKERS = ['{{ x }}', '---', '...', '[[1]]', 'http://[', 'Host(`', '(']
const FILES = ['app.yaml', 'dynamic.yaml', 'static.yaml'] as const

/** A word of one file becomes something else. */
const change = fc.record({
  file: fc.constantFrom(...FILES),
  at: fc.nat(),
  junk: fc.oneof(fc.constantFrom(...JUNK, ...MARKERS), fc.string()),
})

test('whatever manifests contain, check says something with a place and never throws', () => {
  const parsed = parse([{ file: 'config.yaml', text: GOOD['config.yaml'] }], {
    now: 0,
    readFile: () => ({ error: 'no file is read here' }),
  })
  assert.ok(parsed.ok)
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const texts: Record<string, string> = { ...GOOD }
      for (const { file, at, junk } of changes) {
        const text = texts[file] ?? ''
        const words = [...text.matchAll(/[^\s,:{}[\]]+|[{}[\]]/g)]
        const word = words[at % Math.max(words.length, 1)]
        if (word !== undefined) texts[file] = text.slice(0, word.index) + junk + text.slice(word.index + word[0].length)
      }
      const { landscape, findings } = landscapeOf(FILES.map((file) => ({ file, text: texts[file] ?? '' })))
      for (const { position, what } of [...findings, ...checkManifests(parsed.config, landscape)]) {
        assert.ok(position !== undefined && position.line >= 1 && position.column >= 1, what)
      }
    }),
    { numRuns: 500 },
  )
})
