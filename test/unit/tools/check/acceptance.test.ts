import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptFindings } from '../../../../src/tools/check/acceptance.ts'
import { idsOf } from '../../../../src/tools/check/all-rules.ts'
import type { Finding } from '../../../../src/tools/frame/findings.ts'
import { FRONT_RULES } from '../../../../src/tools/proxies/fronts/front-rules.ts'
import { TRAEFIK_RULES } from '../../../../src/tools/proxies/traefik/rules.ts'

const EVERYTHING = { ids: ['path-prefix-wide', 'protected-path-open'], isLookedFor: () => true }

/** In each text, findings are at the lines that end in `!`. */
const ROWS: readonly { readonly name: string; readonly text: string; readonly accepted: readonly number[] }[] = [
  {
    name: 'at the top of a document',
    text: '# forwardgate: allow x-y\nkind: A\nspec:\n  a: 1 !\n---\nkind: B !',
    accepted: [4],
  },
  {
    name: 'above the separator of a document',
    text: 'kind: A !\n# forwardgate: allow x-y\n---\nkind: B\nspec: 1 !',
    accepted: [5],
  },
  {
    name: 'below the separator, after another comment',
    text: '---\n# why\n# forwardgate: allow x-y\n\nkind: A\na: !\n',
    accepted: [6],
  },
  { name: 'above a key', text: 'a:\n  # forwardgate: allow x-y\n  b: !\n    - c !\n  d: !', accepted: [3, 4] },
  {
    name: 'above a key with a list in its column',
    text: 'a: 1\n# forwardgate: allow x-y\nb:\n- c !\n- d !\ne: !',
    accepted: [4, 5],
  },
  { name: 'above an item', text: 'a:\n  # forwardgate: allow x-y\n  - b: 1\n    c: !\n  - d: !', accepted: [4] },
  { name: 'above a map in braces', text: 'a: 1\n# forwardgate: allow x-y\nb: {\n  c: !\n}\nd: !', accepted: [4] },
  { name: 'beside a value', text: 'a: 1\nb: 2 ! # forwardgate: allow x-y\nc: !', accepted: [2] },
  { name: 'beside a key', text: 'a:\n  b: # forwardgate: allow x-y\n    c: !\n  d: !', accepted: [3] },
  {
    name: 'beside the kind of an object',
    text: 'apiVersion: v\nkind: A # forwardgate: allow x-y\nspec:\n  a: !\n---\nb: !',
    accepted: [4],
  },
  {
    name: 'beside the metadata of an object',
    text: 'kind: A\nmetadata: { name: a } # forwardgate: allow x-y\nspec:\n  a: !',
    accepted: [4],
  },
  {
    name: 'beside the name of an object',
    text: 'kind: A\nmetadata:\n  labels: { a: b }\n  name: a # forwardgate: allow x-y\nspec:\n  a: !',
    accepted: [6],
  },
  {
    name: 'beside the kind of an item of a list',
    text: 'items:\n- kind: A # forwardgate: allow x-y\n  spec:\n    a: !\n- kind: B\n  spec: !',
    accepted: [4],
  },
  {
    name: 'beside a kind that is not the first key of its item',
    text: 'items:\n  - spec: !\n    kind: A # forwardgate: allow x-y\n    more: !\n  - kind: B !',
    accepted: [2, 4],
  },
  {
    name: 'above a label of Compose',
    text: 'services:\n  app:\n    labels:\n      # forwardgate: allow x-y\n      - "traefik.a=1" !\n      - "traefik.b=1" !',
    accepted: [5],
  },
  {
    name: 'above a service of Compose',
    text: 'services:\n  # forwardgate: allow x-y\n  app:\n    labels:\n      - "traefik.a=1" !\n  other:\n    labels: !',
    accepted: [5],
  },
  {
    name: 'above a router of a file',
    text: 'http:\n  routers:\n    # forwardgate: allow x-y\n    a:\n      rule: r !\n    b:\n      rule: r !',
    accepted: [5],
  },
  { name: 'with several ids', text: 'a: 1\nb: ! # forwardgate: allow a-b, x-y', accepted: [2] },
  { name: 'with several ids without a comma', text: 'a: 1\nb: ! # forwardgate: allow a-b x-y', accepted: [2] },
  { name: 'with a reason', text: 'a: 1\nb: ! # forwardgate: allow x-y (these documents are public)', accepted: [2] },
  { name: 'with a reason in words', text: 'a: 1\nb: ! # forwardgate: allow x-y because a-b', accepted: [2] },
  { name: 'with other blanks', text: 'a: 1\nb: ! #forwardgate:  allow   x-y  \r', accepted: [2] },
  { name: 'for another id', text: 'a: 1\nb: ! # forwardgate: allow x-z', accepted: [] },
  {
    name: 'in a text in quotes, which a tenant may have written',
    text: 'kind: A !\nmetadata:\n  annotations:\n    note: "# forwardgate: allow x-y (why)" !\nspec: 1 !',
    accepted: [],
  },
  {
    name: 'in a text over several lines',
    text: 'kind: A\nmetadata:\n  note: |\n    text\n    # forwardgate: allow x-y\nspec:\n  a: !',
    accepted: [],
  },
  {
    name: 'in quotes over several lines',
    text: "a: 'text\n  # forwardgate: allow x-y\n  text'\nb: !",
    accepted: [],
  },
  { name: 'without a blank before it', text: 'a: b#forwardgate: allow x-y\nc: !', accepted: [] },
  {
    name: 'beside a text with a hash in it',
    text: 'a: "# b" # forwardgate: allow x-y !\nc: !',
    accepted: [1],
  },
  { name: 'behind another comment', text: 'a: 1\nb: ! # see #1 # forwardgate: allow x-y\nc: !', accepted: [2] },
  {
    name: 'in a template of Helm',
    text: '{{- if .Values.a }}\na: {{ .Values.b | quote }} ! # forwardgate: allow x-y\n{{- end }}\nc: !',
    accepted: [2],
  },
  { name: 'of a text with too many lines', text: `a: ! # forwardgate: allow x-y${'\n'.repeat(100_000)}`, accepted: [] },
  { name: 'in a value that is not a comment', text: 'a: 1\nb: ! forwardgate: allow x-y', accepted: [] },
]

describe('acceptances', () => {
  for (const { name, text, accepted } of ROWS) {
    it(`cover the lines that they are about: ${name}`, () => {
      const lines = text.split('\n').flatMap((line, index) => (line.includes('!') ? [index + 1] : []))
      const findings = lines.map((line) => at('file.yaml', line))
      const result = acceptFindings(findings, new Map([['file.yaml', text]]), [], EVERYTHING)
      assert.deepEqual(
        result.accepted.map(({ position }) => position?.line),
        accepted,
      )
      const others = lines.filter((line) => !accepted.includes(line))
      const reported = result.findings.filter(({ id }) => id === 'x-y')
      assert.deepEqual(
        reported.map(({ position }) => position?.line),
        others,
      )
    })
  }

  it('count in their own file only', () => {
    const text = '# forwardgate: allow x-y\na: 1\n'
    const sources = new Map([
      ['one', text],
      ['other', 'a: 1\n'],
    ])
    const { accepted } = acceptFindings([at('one', 2), at('other', 2)], sources, [], EVERYTHING)
    assert.deepEqual(
      accepted.map(({ position }) => position?.file),
      ['one'],
    )
  })

  it('are findings where they match nothing, each id by itself, with the name that may be meant', () => {
    const text = 'a: # forwardgate: allow x-y, path-prefix-wyde\n'
    const { findings } = acceptFindings([at('f', 1)], new Map([['f', text]]), ['protected-path-open'], EVERYTHING)
    assert.deepEqual(
      findings.map(({ id, severity, what, path, position }) => [id, severity, what, path, position?.line]),
      [
        ['allow-unused', 'warning', '"protected-path-open" is accepted, and not found here', '--allow', undefined],
        [
          'allow-unused',
          'warning',
          '"path-prefix-wyde" is accepted, and not found here; did you mean "path-prefix-wide"?',
          '',
          1,
        ],
      ],
    )
  })

  it('are not reported to match nothing if it was not looked for', () => {
    const { findings } = acceptFindings([], new Map(), ['x-y'], { ids: [], isLookedFor: (id) => id !== 'x-y' })
    assert.deepEqual(findings, [])
  })

  it('may name a rule about any proxy, which is looked for in manifests only', () => {
    for (const { id } of [...TRAEFIK_RULES, ...FRONT_RULES]) {
      assert.ok(idsOf({ online: false, manifests: false }).ids.includes(id), id)
      assert.equal(idsOf({ online: false, manifests: false }).isLookedFor(id), false, id)
      assert.equal(idsOf({ online: false, manifests: true }).isLookedFor(id), true, id)
    }
  })

  it('never cover what keeps everything else from being judged, nor acceptances', () => {
    for (const id of ['config', 'environment', 'input']) {
      const { findings, accepted } = acceptFindings([{ ...at('f', 1), id }], new Map(), [id], EVERYTHING)
      assert.deepEqual(accepted, [])
      assert.deepEqual(
        findings.map((found) => found.what),
        ['found', `"${id}" cannot be accepted`],
      )
    }
    const { findings } = acceptFindings([], new Map(), ['allow-unused'], EVERYTHING)
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['allow-unused'],
    )
  })
})

function at(file: string, line: number): Finding {
  return { severity: 'error', id: 'x-y', what: 'found', path: '', position: { file, line, column: 1 } }
}
