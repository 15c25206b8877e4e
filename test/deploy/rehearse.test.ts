import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cutChangelog, notesOf } from '../../deploy/rehearse/changelog.ts'
import { Repository } from '../../deploy/rehearse/oci.ts'
import { startRegistry } from '../../deploy/rehearse/registry.ts'
import { isSigned, signArtifact, throwAwayKey } from '../../deploy/rehearse/signature.ts'
import { versionPlaces } from '../../deploy/rehearse/version.ts'
import { folderFor } from '../support/folder.ts'

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\nThe next release will be 0.2.0.\n\n### Added\n\n- new\n\n## [0.1.0] - 2026-01-01\n\n- old\n'

test('a version takes what was unreleased, and nothing of the one before', () => {
  const { text, notes } = cutChangelog(CHANGELOG, '0.2.0', '2026-02-01')
  assert.equal(notes, '### Added\n\n- new\n')
  assert.equal(
    text,
    '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-02-01\n\n### Added\n\n- new\n\n## [0.1.0] - 2026-01-01\n\n- old\n',
  )
  assert.equal(notesOf(text, '0.1.0'), '- old\n')
  assert.throws(() => cutChangelog(text, '0.3.0', '2026-03-01'), /nothing under/)
  assert.throws(() => notesOf(text, '0.3.0'), /has no "## \[0\.3\.0\]"/)
})

test('every file of this repository names the version of package.json', () => {
  const { agree, differ } = versionPlaces(fileURLToPath(new URL('../..', import.meta.url)))
  assert.deepEqual(differ, [])
  assert.ok(agree >= 10, String(agree))
})

test('a file that names another version is found', (t) => {
  const root = folderFor(t)
  mkdirSync(join(root, 'deploy'))
  writeFileSync(join(root, 'package.json'), '{ "version": "0.2.0" }')
  writeFileSync(join(root, 'Dockerfile'), 'ARG VERSION=0.2.0\n')
  writeFileSync(join(root, 'deploy/a.yaml'), 'image: registry.example.com/forwardgate:0.1.0\nother: 1.2.3\n')
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['add', '.'], { cwd: root })
  assert.deepEqual(versionPlaces(root), { version: '0.2.0', agree: 1, differ: ['deploy/a.yaml says 0.1.0'] })
})

test('a signature holds for one artifact and one key; a registry refuses other bytes', async (t) => {
  const registry = await startRegistry()
  t.after(() => registry.stop())
  const repository = new Repository(registry.host, 'some/thing')
  const push = (text: string) =>
    repository.push('1.0.0', { mediaType: 'a/config', bytes: Buffer.from('{}') }, [
      { mediaType: 'a/layer', bytes: Buffer.from(text) },
    ])
  const signer = throwAwayKey()
  const digest = await push('one')
  await signArtifact(repository, digest, signer)
  assert.equal(await isSigned(repository, digest, signer.publicKey), true)
  assert.equal(await isSigned(repository, digest, throwAwayKey().publicKey), false)
  const { manifest } = await repository.manifest(digest)
  assert.equal((await repository.blob(manifest.layers[0] ?? assert.fail())).toString(), 'one')

  const other = await push('two')
  assert.notEqual(other, digest)
  await assert.rejects(isSigned(repository, other, signer.publicKey), /404/)
  // The statement about the first, laid beside the second.
  const beside = (await repository.manifest(`${digest.replace(':', '-')}.sig`)).manifest
  const [layer = assert.fail()] = beside.layers
  const bytes = await repository.blob(layer)
  await repository.push(`${other.replace(':', '-')}.sig`, { mediaType: 'a/config', bytes: Buffer.from('{}') }, [
    { mediaType: layer.mediaType, bytes, annotations: layer.annotations ?? {} },
  ])
  assert.equal(await isSigned(repository, other, signer.publicKey), false)

  const upload = await fetch(`${repository.url}/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    body: 'other bytes',
  })
  assert.equal(upload.status, 400)
})
