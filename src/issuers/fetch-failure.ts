/** Why a document could not be had. `message` is for people and names no secret: no query, no user and password. */
export interface FetchFailure {
  readonly kind:
    | 'url_refused'
    | 'unreachable'
    | 'certificate'
    | 'timeout'
    | 'too_large'
    | 'redirect'
    | 'status'
    | 'html'
    | 'not_json'
    | 'closed'
  readonly message: string
  /** Of the answer, if it is what was wrong. */
  readonly status?: number
}

/** The URL as messages show it: without user, password, query and fragment. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`
}

/** Turns what `fetch` threw into a failure. Its own message is the bare "fetch failed"; the causes below it say why. */
export function describeThrown(url: URL, thrown: unknown): FetchFailure {
  const code = innermostCode(thrown)
  const at = shownUrl(url)
  if (code === undefined)
    return { kind: 'unreachable', message: `${at}: ${thrown instanceof Error ? thrown.message : 'failed'}` }
  const unfit =
    code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? `The certificate is for another host name than ${url.hostname}`
      : OUT_OF_DATE.get(code)
  if (unfit !== undefined) return { kind: 'certificate', message: `${at}: ${code}. ${unfit}` }
  if (!UNTRUSTED.has(code)) return { kind: 'unreachable', message: `${at}: ${UNREACHABLE.get(code) ?? code}` }
  const fix = 'For a private CA, set fetch.caFile, or point NODE_EXTRA_CA_CERTS at it'
  return { kind: 'certificate', message: `${at}: certificate not trusted (${code}). ${fix}` }
}

const OUT_OF_DATE: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'The certificate has expired'],
  ['CERT_NOT_YET_VALID', 'The certificate is not valid yet, or the clock here is behind'],
])

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
])

const UNREACHABLE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['UND_ERR_SOCKET', 'the connection broke'],
  ['ENOTFOUND', 'host name not found'],
  ['EAI_AGAIN', 'host name lookup failed'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network unreachable'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS; is it an http URL?'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'does not speak TLS; is it an http URL?'],
])

function innermostCode(thrown: unknown): string | undefined {
  let code: string | undefined
  let error = thrown
  // A cause can point back at itself; nothing real nests deeper than this.
  for (let depth = 0; depth < 5 && error instanceof Error; depth++) {
    if ('code' in error && typeof error.code === 'string') code = error.code
    error = error.cause
  }
  return code
}
