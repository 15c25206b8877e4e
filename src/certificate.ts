import type { Problem } from './config/problem.ts'
import {
  type Certificate,
  type CertificateFiles,
  type ReadCertificate,
  readCertificate,
  type WatchCertificateOptions,
  watchCertificate,
} from './config/reading/certificate.ts'
import { TLS_VARIABLES } from './settings.ts'

interface CertificateDeps extends Pick<WatchCertificateOptions, 'now' | 'interval'> {
  /** For new connections. */
  readonly ports: { useCertificate(certificate: Certificate): void }
  readonly inForce: { replaceCertificate(certificate: Certificate): void }
  readonly onCertificate: (certificate: Certificate) => void
  readonly onCertificateRefused: (problem: Problem) => void
  readonly onCertificateNotice: (notice: string) => void
}

/** Reads the certificate that the settings name; without files the auth port is plain. `now` in seconds. */
export async function openCertificate(files: CertificateFiles | undefined, now: number) {
  if (files === undefined) return { certificate: undefined, problems: [], watch: () => undefined }
  const known = await readCertificate(files, now)
  const problem = problemOf(known)
  return {
    /** undefined if there are problems. */
    certificate: known.result.ok ? known.result.certificate : undefined,
    problems: problem === undefined ? [] : [problem],
    /** Puts each change of the files in force; a bad one leaves the certificate that is in use. */
    watch: ({ ports, inForce, now, interval, ...deps }: CertificateDeps) =>
      watchCertificate(files, {
        now,
        interval,
        known,
        onChange(read) {
          const refused = problemOf(read)
          if (refused !== undefined) deps.onCertificateRefused(refused)
          if (!read.result.ok) return
          const { certificate } = read.result
          ports.useCertificate(certificate)
          inForce.replaceCertificate(certificate)
          deps.onCertificate(certificate)
        },
        onNotice: deps.onCertificateNotice,
      }),
  }
}

function problemOf({ result }: ReadCertificate): Problem | undefined {
  return result.ok ? undefined : { path: TLS_VARIABLES[result.file], message: result.message, position: undefined }
}
