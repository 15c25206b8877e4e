import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { type Reading, readAtRest } from './at-rest.ts'
import { readTogether } from './snapshot.ts'
import { type Watch, type WatchFilesOptions, watchFiles } from './watch-files.ts'

/** Where the auth port's certificate is, and whose clients it admits. Certificates may be chains, all in PEM. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
  /** Certificate authorities of the clients; undefined: no client certificate is requested. */
  readonly clientCa: string | undefined
}

/** A pair that fits together, and what the log shows of it. */
export interface Certificate {
  readonly cert: Buffer
  readonly key: Buffer
  readonly clientCa: Buffer | undefined
  /** Of the first certificate: its names, its end, its SHA-256. */
  readonly shown: { readonly names: string; readonly validTo: string; readonly fingerprint: string }
  /** True when it is not valid yet, or not any more. */
  readonly outOfDate: boolean
}

/** One reading of the files. */
export interface ReadCertificate extends Reading {
  readonly result:
    | { readonly ok: true; readonly certificate: Certificate }
    | { readonly ok: false; readonly file: keyof CertificateFiles; readonly message: string }
}

export interface WatchCertificateOptions extends Pick<WatchFilesOptions, 'interval' | 'onNotice'> {
  /** The reading that is in use. */
  readonly known: ReadCertificate
  readonly now: () => number
  /** Called once for each new content, good or bad. */
  readonly onChange: (read: ReadCertificate) => void
}

/** Reads the files as they are together at one moment, and checks that a listener can use them. `now` in seconds. */
export async function readCertificate(files: CertificateFiles, now: number): Promise<ReadCertificate> {
  const reading = await readTogether(namesOf(files))
  const contents: Partial<Record<keyof CertificateFiles, Buffer>> = {}
  for (const which of ['cert', 'key', 'clientCa'] as const) {
    const name = files[which]
    const content = name === undefined ? undefined : reading.contents.get(name)
    if (content === undefined) continue
    if ('error' in content) return { ...reading, result: wrong(which, name, `cannot be read: ${content.error}`) }
    contents[which] = content.bytes
  }
  return { ...reading, result: check(files, contents, now) }
}

/** Reports each change of the files, also when kubelet swaps a whole mounted Secret. */
export function watchCertificate(files: CertificateFiles, options: WatchCertificateOptions): Watch {
  const { interval, now, onChange, onNotice } = options
  let { hash: lastHash, contents: inForce } = options.known
  return watchFiles({
    files: () => namesOf(files),
    what: 'the certificate',
    async look(closed) {
      const look = { read: () => readCertificate(files, now()), lastHash, inForce, closed, onNotice }
      const read = await readAtRest(look)
      if (read === undefined) return
      lastHash = read.hash
      if (read.result.ok) inForce = read.contents
      onChange(read)
    },
    onNotice,
    interval,
  })
}

function namesOf({ cert, key, clientCa }: CertificateFiles): readonly string[] {
  return clientCa === undefined ? [cert, key] : [cert, key, clientCa]
}

function check(
  files: CertificateFiles,
  { cert, key, clientCa }: Partial<Record<keyof CertificateFiles, Buffer>>,
  now: number,
): ReadCertificate['result'] {
  const leaf = firstCertificate(cert)
  if (cert === undefined || leaf === undefined) return wrong('cert', files.cert, 'holds no certificate in PEM')
  if (clientCa !== undefined && firstCertificate(clientCa) === undefined) {
    return wrong('clientCa', files.clientCa, 'holds no certificate in PEM')
  }
  if (key === undefined || !key.includes('PRIVATE KEY-----')) {
    return wrong('key', files.key, 'holds no private key in PEM')
  }
  try {
    createSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) })
  } catch (error) {
    return wrong('key', files.key, `cannot be used with the certificate: ${reasonOf(error)}`)
  }
  const { subjectAltName, subject, validFromDate, validToDate, fingerprint256: fingerprint } = leaf
  const shown = { names: subjectAltName ?? subject, validTo: validToDate.toISOString(), fingerprint }
  const outOfDate = now * 1000 < validFromDate.getTime() || now * 1000 > validToDate.getTime()
  return { ok: true, certificate: { cert, key, clientCa, shown, outOfDate } }
}

function firstCertificate(pem: Buffer | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** OpenSSL's own words are `error:05800074:x509 certificate routines::key values mismatch`. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const reason = text.slice(text.lastIndexOf(':') + 1)
  return reason === 'key values mismatch' ? 'it belongs to another certificate' : reason
}

/** Names the file, never its content. */
function wrong(file: keyof CertificateFiles, name: string | undefined, message: string) {
  return { ok: false, file, message: `the file ${JSON.stringify(name)} ${message}` } as const
}
