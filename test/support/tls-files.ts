import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A pair of files in PEM. */
export interface PairFiles {
  readonly cert: string
  readonly key: string
}

/** A certificate authority that lives for one test. */
export interface TestCa {
  readonly folder: string
  /** Path of its own certificate. */
  readonly file: string
  /** Its certificate, for clients. */
  readonly pem: Buffer
  /** A new pair for localhost and 127.0.0.1, which serves clients and servers alike. */
  issue(name: string): Promise<PairFiles>
  remove(): Promise<void>
}

/** Makes one with the `openssl` command; undefined where there is none. */
export async function makeTestCa(): Promise<TestCa | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'test-ca-'))
  const at = (name: string) => join(folder, name)
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const own = ['-x509', '-days', '1', '-subj', '/CN=Test CA', '-keyout', at('ca.key'), '-out', at('ca.pem')]
    await openssl([...NEW_KEY, ...own])
  } catch (error) {
    await remove()
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  await writeFile(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const issue = async (name: string): Promise<PairFiles> => {
    const pair = { cert: at(`${name}.pem`), key: at(`${name}.key`) }
    await openssl([...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', pair.key, '-out', at(`${name}.csr`)])
    const ca = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1', '-extfile', at('names')]
    await openssl(['x509', '-req', '-in', at(`${name}.csr`), ...ca, '-out', pair.cert])
    return pair
  }
  return { folder, file: at('ca.pem'), pem: await readFile(at('ca.pem')), issue, remove }
}

const NEW_KEY = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

async function openssl(args: readonly string[]): Promise<void> {
  await promisify(execFile)('openssl', [...args])
}
