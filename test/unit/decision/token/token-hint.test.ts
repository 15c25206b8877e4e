import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hintAt } from '../../../../src/decision/token/token-hint.ts'
import { isOpaque, parseUnverifiedToken } from '../../../../src/decision/token/unverified-token.ts'

const JWT = 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA'

for (const [token, hint] of [
  [`Bearer ${JWT}`, 'Bearer once more'],
  ['bearer abc', 'Bearer once more'],
  ['Bearer', 'Bearer once more'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a client sends
  ['${TOKEN}', 'placeholder'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a client sends
  ['${input:token}', 'placeholder'],
  ['$TOKEN', 'placeholder'],
  ['$(cat token)', 'placeholder'],
  ['{{ token }}', 'placeholder'],
  ['{token}', 'placeholder'],
  ['<token>', 'placeholder'],
  ['<your access token>', 'placeholder'],
  ['%TOKEN%', 'placeholder'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a client sends
  ['"${TOKEN}"', 'placeholder'],
  [`"${JWT}"`, 'quotes'],
  [`'${JWT}'`, 'quotes'],
  [`"${JWT}`, 'quotes'],
  [`\\"${JWT}\\"`, 'quotes'],
  [`%22${JWT}%22`, 'quotes'],
  [Buffer.from(`“${JWT}”`).toString('latin1'), 'quotes'],
  [`{"access_token":"${JWT}"}`, 'JSON'],
  ['undefined', 'missing value'],
  ['null', 'missing value'],
  ['None', 'missing value'],
  ['[object Object]', 'missing value'],
] as const) {
  test(`the usual mistake ${token} is refused with a hint, and never asked about`, () => {
    assert.match(hintAt(token) ?? '', new RegExp(hint))
    const parsed = parseUnverifiedToken(token)
    assert.ok(!parsed.ok && 'hint' in parsed.denial)
    assert.equal(parsed.denial.hint, hintAt(token))
    assert.equal(isOpaque(token), token === 'Bearer')
  })
}

for (const token of [
  JWT,
  'nullable',
  'undefined-1',
  'Bearers',
  'fwg_0123456789abcdef0123456789',
  'ya29.a0ARrdaM',
  'a b',
]) {
  test(`no hint at ${token}`, () => assert.equal(hintAt(token), undefined))
}
