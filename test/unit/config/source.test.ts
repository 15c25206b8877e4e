import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { likelyFiles } from '../../../src/config/parse.ts'
import { formatProblem } from '../../../src/config/problem.ts'
import { originOfFiles } from '../../../src/config/reading/places.ts'
import { readSnapshot } from '../../../src/config/reading/snapshot.ts'
import { readYaml } from '../../../src/config/reading/yaml-document.ts'
import { load, loadSnapshot } from '../../../src/config/source.ts'
import { folderFor } from '../../support/folder.ts'
import { BASE, NOW } from './fixtures.ts'

const read = (path: string) => load({ kind: 'path', path }, NOW)

async function problemsOf(path: string): Promise<readonly string[]> {
  const { parsed } = await read(path)
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

const SECRET = `issuers: { a: { issuer: a, secretFile: secret } }
routes: { x: { resource: https://x.example.com } }
`

test('a file is read, with what it names beside it', async (t) => {
  const path = folderFor(t)
  writeFileSync(join(path, 'config.yaml'), SECRET)
  writeFileSync(join(path, 'secret'), 's'.repeat(40))
  const first = await read(join(path, 'config.yaml'))
  assert.ok(first.parsed.ok)
  assert.deepEqual(first.namedFiles, [join(path, 'secret')])
  assert.equal((await read(join(path, 'config.yaml'))).hash, first.hash)
  writeFileSync(join(path, 'secret'), 't'.repeat(40))
  assert.notEqual((await read(join(path, 'config.yaml'))).hash, first.hash)
})

test('what a configuration names is guessed before it is judged, so that it is judged once', async (t) => {
  const path = folderFor(t)
  const part = (name: string, text: string) => {
    writeFileSync(join(path, name), text)
    return readYaml(join(path, name), text)
  }
  const documents = [
    part(
      'a.yaml',
      'issuers: { a: { issuer: https://a.example.com, fetch: { caFile: /run/ca.pem } }, b: { issuer: b, secretFile: secret }, c: { tokensFile: /tmp/tokens.yaml } }\n',
    ),
    part(
      'b.yaml',
      'routes: { x: { resource: https://x.example.com, issuers: [b], dpop: { mode: accepted, nonceSecretFile: nonce }, upstreamAuthorization: { secretFile: header } } }\n',
    ),
  ]
  const { namedFiles } = await read(path)
  assert.equal(namedFiles.length, 4)
  assert.deepEqual([...likelyFiles(originOfFiles(documents))].sort(), namedFiles.toSorted())
})

test('a missing, empty, binary or too large file is a problem with its name', async (t) => {
  const path = folderFor(t)
  const file = join(path, 'config.yaml')
  assert.deepEqual(await problemsOf(file), [
    `the configuration "${file}" cannot be read: there is no such file; correct it, or set FORWARDGATE_CONFIG`,
  ])
  writeFileSync(file, '')
  assert.match((await problemsOf(file))[0] ?? '', /^the file is empty; write at least/)
  writeFileSync(file, Buffer.from([0x61, 0x3a, 0xff]))
  assert.deepEqual(await problemsOf(file), [`the file is not UTF-8; save it as UTF-8 (${file}:1:1)`])
  writeFileSync(file, Buffer.alloc(1024 * 1024 + 1, 0x23))
  assert.deepEqual(await problemsOf(file), [
    `the configuration "${file}" cannot be read: it is larger than 1 MiB; correct it, or set FORWARDGATE_CONFIG`,
  ])
})

test('a byte order mark is not part of the text', async (t) => {
  const file = join(folderFor(t), 'config.yaml')
  writeFileSync(file, `\uFEFF${BASE}`)
  assert.deepEqual(await problemsOf(file), [])
})

test('a device or directory is refused instead of read without end', async (t) => {
  const path = folderFor(t)
  for (const name of ['/dev/zero', path]) {
    writeFileSync(join(path, 'config.yaml'), SECRET.replace('secretFile: secret', `secretFile: ${name}`))
    assert.match((await problemsOf(join(path, 'config.yaml')))[0] ?? '', /cannot be read: it is not a file/)
  }
})

test('other files of a directory are named, and what the configuration names is not part of it', async (t) => {
  const path = folderFor(t)
  writeFileSync(
    join(path, 'a.yaml'),
    'issuers: { a: { issuer: a, jwksFile: keys.json }, b: { tokensFile: tokens.yaml } }\n',
  )
  writeFileSync(
    join(path, 'routes.json'),
    '{\n\t"routes": {\n\t\t"x": { "resource": "https://x.example.com", "issuers": ["a", "b"] }\n\t}\n}\n',
  )
  writeFileSync(
    join(path, 'keys.json'),
    JSON.stringify({ keys: [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })] }),
  )
  writeFileSync(join(path, 'tokens.yaml'), '[]\n')
  for (const name of ['x.YAML', 'y.Json', 'notes.txt', '.hidden']) writeFileSync(join(path, name), 'nonsense: 1\n')
  mkdirSync(join(path, 'more'))
  assert.deepEqual(await problemsOf(path), [])
  const { parsed, namedFiles, unread } = await read(path)
  assert.deepEqual(parsed.ok && parsed.config.routes.map(({ name }) => name), ['x'])
  assert.deepEqual(
    namedFiles,
    ['keys.json', 'tokens.yaml'].map((name) => join(path, name)),
  )
  assert.deepEqual(
    unread,
    ['more', 'notes.txt', 'x.YAML', 'y.Json'].map((name) => join(path, name)),
  )
})

test('a file that names itself is not left out of the configuration, with its revocations', async (t) => {
  const path = folderFor(t)
  writeFileSync(join(path, 'a.yaml'), BASE)
  writeFileSync(join(path, 'b.yaml'), 'issuers: { b: { tokensFile: b.yaml } }\nrevocations: { sub: [mallory] }\n')
  const expected = /^issuers\.b\.tokensFile: the file "b\.yaml" cannot be read: it has not been read/
  assert.match((await problemsOf(path))[0] ?? '', expected)
  // As after a change, when the files named before are read with it.
  const { parsed } = await loadSnapshot(path, await readSnapshot(path, [join(path, 'b.yaml')]), NOW)
  assert.match(parsed.ok ? '' : formatProblem(parsed.problems[0] ?? assert.fail()), expected)
})

test('a directory is every *.yaml and *.yml in it, but nothing hidden', async (t) => {
  const path = folderFor(t)
  assert.match((await problemsOf(path))[0] ?? '', /it is a directory without a \*\.yaml file/)
  writeFileSync(join(path, 'b.yml'), 'routes: { x: { resource: https://x.example.com } }\n')
  writeFileSync(join(path, 'a.yaml'), 'issuers: { a: https://a.example.com }\n')
  writeFileSync(join(path, '.c.yaml'), 'nonsense: 1\n')
  writeFileSync(join(path, 'notes.txt'), 'nonsense: 1\n')
  assert.deepEqual(await problemsOf(path), [])
  writeFileSync(join(path, 'c.yaml'), 'issuers: { a: https://c.example.com }\n')
  assert.deepEqual(await problemsOf(path), [
    `issuers.a: is already written in ${join(path, 'a.yaml')}; keep it in one file (${join(path, 'c.yaml')}:1:12)`,
  ])
})

test('all files of a mounted ConfigMap are of one generation, also of one that was swapped half-way', async (t) => {
  const path = folderFor(t)
  const generation = (name: string, host: string) => {
    mkdirSync(join(path, name))
    writeFileSync(join(path, name, 'a.yaml'), `issuers: { a: https://${host} }\n`)
    writeFileSync(join(path, name, 'b.yaml'), `routes: { x: { resource: https://${host}/x } }\n`)
  }
  generation('..1', 'one.example.com')
  generation('..2', 'two.example.com')
  symlinkSync('..1', join(path, '..data'))
  for (const name of ['a.yaml', 'b.yaml']) symlinkSync(join('..data', name), join(path, name))
  for (let i = 0; i < 40; i++) {
    const reading = read(path)
    symlinkSync(`..${(i % 2) + 1}`, join(path, '..data_tmp'))
    renameSync(join(path, '..data_tmp'), join(path, '..data'))
    const { parsed } = await reading
    assert.ok(parsed.ok)
    const [route] = parsed.config.routes
    assert.equal(`${route?.accept[0]?.issuer.issuer}/x`, route?.resources[0].url)
  }
})
