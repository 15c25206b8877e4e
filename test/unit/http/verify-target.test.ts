import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isVerifyTarget } from '../../../src/http/verify.ts'

test('everything under /verify is answered there, whatever its spelling', () => {
  for (const target of [
    '/verify',
    '/verify?x=1',
    '/verify/',
    '/verify/kubernetes',
    '/verify/%zz',
    '/verify%2Fkubernetes',
    '//verify/kubernetes',
    '/verify;x',
    '/VERIFY/kubernetes',
    'http://gate.example.com/verify/kubernetes',
  ]) {
    assert.equal(isVerifyTarget(target), true, target)
  }
})

test('other paths are not', () => {
  for (const target of [
    '/',
    '/verifyx',
    '/verify-me',
    '/x/verify',
    '/.well-known/oauth-protected-resource/verify',
    '*',
  ]) {
    assert.equal(isVerifyTarget(target), false, target)
  }
})
