import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page } from '../../../../src/cli/output.ts'
import type { Finding } from '../../../../src/tools/frame/findings.ts'
import { formatFindings } from '../../../../src/tools/frame/findings-text.ts'

const NARROW: Page = { paint: (_, text) => text, width: 50 }
const PIPE: Page = { ...NARROW, width: Number.POSITIVE_INFINITY }

function finding(severity: Finding['severity'], line: number, column: number, more: Partial<Finding> = {}): Finding {
  return { severity, id: 'x', what: 'is wrong', path: 'a.b', position: { file: 'c.yaml', line, column }, ...more }
}

function shown(text: string, column: number, page: Page = PIPE): readonly string[] {
  const sources = new Map([['c.yaml', text]])
  return formatFindings([finding('error', 1, column)], page, sources)
    .split('\n')
    .slice(1, 3)
}

describe('findings as text', () => {
  it('are wrapped at the width, with a hanging indent', () => {
    const why = 'a token of any other service of this issuer is accepted here, too'
    const text = formatFindings([finding('warning', 2, 3, { why, fix: 'list the audience of this resource' })], NARROW)
    assert.equal(
      text,
      `c.yaml:2:3: warning: a.b: is wrong [x]
  why: a token of any other service of this issuer
       is accepted here, too
  fix: list the audience of this resource

1 warning
`,
    )
    assert.ok(text.split('\n').every((line) => line.length <= 50))
  })

  it('come worst first, then by place', () => {
    const found = [
      finding('note', 1, 1),
      finding('warning', 3, 1),
      finding('error', 9, 1),
      finding('warning', 2, 5),
      finding('warning', 2, 4),
    ]
    const places = formatFindings(found, PIPE)
      .split('\n')
      .map((line) => /^c\.yaml:(\S+): (\w+)/.exec(line)?.slice(1).join(' '))
    assert.deepEqual(places.slice(0, 5), ['9:1 error', '2:4 warning', '2:5 warning', '3:1 warning', '1:1 note'])
  })

  it('show the line with a caret below the place', () => {
    assert.deepEqual(shown('  scopes: [email]\n', 12), ['  1 |   scopes: [email]', '    |            ^'])
    assert.deepEqual(shown('\tscopes: [email]\r\n', 11), ['  1 |  scopes: [email]', '    |           ^'])
  })

  it('show the part of a long line that has the place', () => {
    const [line = '', caret = ''] = shown(
      `{ "a": "${'x'.repeat(300)}", "b": 1, "c": "${'y'.repeat(300)}" }`,
      312,
      NARROW,
    )
    assert.equal(line.length, 50)
    assert.match(line, /^ {2}1 \| …x+", "b": 1, "c": "y+…$/)
    assert.equal(line[caret.indexOf('^')], '"')
    assert.equal(line.slice(caret.indexOf('^'), caret.indexOf('^') + 3), '"b"')
  })

  it('show no line of a file that they were not given, nor one that no person wrote', () => {
    assert.deepEqual(shown('', 1), ['', '1 error'])
    assert.deepEqual(shown('x'.repeat(20_000), 1), ['', '1 error'])
  })

  for (const [written, hidden] of [
    ['clientSecret: hunter2', 'hunter2'],
    ['{ "password" : "hunter2" }', 'hunter2'],
    ['issuer: https://admin:hunter2@id.example.com', 'hunter2'],
    ['API_KEY=hunter2', 'hunter2'],
    ['token: eyJhbGciOi', 'eyJ'],
  ] as const) {
    it(`hide the secret of ${written.slice(0, 12)}…`, () => {
      const [line = ''] = shown(written, 1)
      assert.ok(!line.includes(hidden), line)
      assert.equal(line.length, written.length + '  1 | '.length)
    })
  }

  it('hide nothing of a key that only names a file or a place', () => {
    for (const line of ['secretFile: header.txt', 'tokenSource: { cookie: session }', 'tokensFile: a.yaml'])
      assert.equal(shown(line, 1)[0], `  1 | ${line}`)
  })

  it('steer no terminal', () => {
    assert.equal(shown('a: "\u001b[31m\u202e"', 1)[0], '  1 | a: "\ufffd[31m\ufffd"')
  })
})
