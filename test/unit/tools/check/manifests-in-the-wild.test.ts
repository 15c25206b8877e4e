import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parse } from '../../../../src/config/parse.ts'
import { checkManifests } from '../../../../src/tools/check/all-rules.ts'
import { landscapeOf } from '../../../../src/tools/proxies/traefik/read-landscape.ts'
import { CLASSES } from './wild/classes.ts'
import { PROTECTED } from './wild/parts.ts'
import { LAYERS, REFERENCES } from './wild/references.ts'
import { CONTAINERS, KINDS, VARIABLES } from './wild/spelling.ts'

const CONFIG = 'issuers: { main: https://id.example.com }\nroutes: { app: { resource: https://api.example.com/app } }\n'

function found(text: string): readonly string[] {
  const parsed = parse([{ file: 'config.yaml', text: CONFIG }], { now: 0, readFile: () => ({ error: 'none' }) })
  assert.ok(parsed.ok)
  const { landscape, findings } = landscapeOf([{ file: 'manifests.yaml', text }])
  return [...findings, ...checkManifests(parsed.config, landscape)]
    .map(({ id, severity }) => `${id} ${severity}`)
    .toSorted()
}

describe('check of manifests as people write them', () => {
  it('finds nothing in what the others are compared with', () => {
    assert.deepEqual(found(PROTECTED), [])
  })

  for (const { name, beside, alone, found: expected } of [
    ...CLASSES,
    ...LAYERS,
    ...REFERENCES,
    ...KINDS,
    ...VARIABLES,
    ...CONTAINERS,
  ]) {
    it(`finds ${expected.length === 0 ? 'nothing' : expected.join(', ')}: ${name}`, () => {
      assert.deepEqual(found(alone ?? `${PROTECTED}${beside}`), expected)
    })
  }
})
