import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readingsOf } from '../../../../src/decision/request/front-controllers.ts'

const readings = (path: string, deepest = 3) => [...new Set(readingsOf(path, () => deepest))]

test('a path without scripts has one reading', () => {
  for (const path of ['', '/admin', '/ap/x.phpp/admin', '/ap/x.php.d/admin', '/php/admin']) {
    assert.deepEqual(readings(path), [path])
  }
})

test('a path is read as it is, without each script, and without all of them', () => {
  assert.deepEqual(readings('/index.php/admin'), ['/index.php/admin', '/admin'])
  assert.deepEqual(readings('/index.php'), ['/index.php', ''])
  assert.deepEqual(readings('/a.php/b/.php/c'), ['/a.php/b/.php/c', '/b/.php/c', '/a.php/b/c', '/b/c'])
})

test('the number of readings depends on what they are compared with, not on the path', () => {
  assert.equal(readingsOf('/a.php'.repeat(256), () => 3).length, 5)
})
