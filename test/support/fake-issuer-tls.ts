import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A private CA and a certificate of it for localhost and 127.0.0.1. */
export interface PrivateCa {
  /** PEM texts for `startFakeIssuer({ tls })`. */
  readonly tls: { readonly key: string; readonly cert: string }
  /** The same, but its time was over yesterday. */
  readonly expired: { readonly key: string; readonly cert: string }
  /** The file with the CA's certificate, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string
  remove(): Promise<void>
}

/** Makes a CA that lives for one test with the `openssl` command; undefined where there is none. */
export async function makePrivateCa(): Promise<PrivateCa | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'private-ca-'))
  const at = (name: string) => join(folder, name)
  const remove = () => rm(folder, { recursive: true, force: true })
  const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  try {
    await writeFile(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    await openssl([
      ...newKey,
      '-x509',
      '-days',
      '1',
      '-subj',
      '/CN=Test CA',
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.pem'),
    ])
    await openssl([...newKey, '-subj', '/CN=localhost', '-keyout', at('leaf.key'), '-out', at('leaf.csr')])
    const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')]
    const sign = ['x509', '-req', '-in', at('leaf.csr'), ...signing]
    await openssl([...sign, '-days', '1', '-out', at('leaf.pem')])
    await openssl([...sign, '-days', '-1', '-out', at('expired.pem')])
  } catch (error) {
    await remove()
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const key = await readFile(at('leaf.key'), 'utf8')
  const tls = { key, cert: await readFile(at('leaf.pem'), 'utf8') }
  const expired = { key, cert: await readFile(at('expired.pem'), 'utf8') }
  return { tls, expired, caFile: at('ca.pem'), remove }
}

async function openssl(args: readonly string[]): Promise<void> {
  await promisify(execFile)('openssl', [...args])
}
