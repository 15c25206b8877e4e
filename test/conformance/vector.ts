import type { Reason } from '../../src/decision/denial.ts'

/** One row of the conformance tables: a request as a proxy forwards it, and the one answer that is right. */
export interface Vector {
  readonly id: string
  /** The sections and findings behind it. */
  readonly spec: string
  readonly title: string
  /** What the address names after `/verify/`; null asks plain `/verify`. */
  readonly route: string | null
  readonly request?: RequestRecipe
  /** No token: no Authorization field, unless `request.headers` has one. */
  readonly token?: TokenRecipe
  /** A proof of the client's key beside the token, as a field `DPoP`. */
  readonly proof?: ProofRecipe
  /** The Authorization value around the token. Default: `Bearer {token}`, and `DPoP {token}` with a proof. */
  readonly credentials?: string
  /** Issuers whose keys cannot be had. */
  readonly keysDown?: readonly string[]
  /** True: judging the token throws. No transport can cause it, so such rows run in process only. */
  readonly bug?: boolean
  /** The attack of the corpus that this request is; most rows are none. */
  readonly attack?: string
  /** The id of a row that passes and differs in one point only. */
  readonly twin?: string
  readonly expect: Expectation
}

/** Rows by id, with what they have in common unless one says otherwise. */
export function alike<Common extends Partial<Vector>>(common: Common) {
  return (rows: Readonly<Record<string, Partial<Vector> & Omit<Vector, 'id' | keyof Common>>>): readonly Vector[] =>
    Object.entries(rows).map(([id, row]) => ({ id, ...common, ...row }) as unknown as Vector)
}

/** A row for each of these values. */
export function each<Value>(values: readonly Value[], row: (value: Value) => Vector): readonly Vector[] {
  return values.map(row)
}

/** The client's request; what is not said is an ordinary POST to the first route. */
export interface RequestRecipe {
  readonly method?: string
  readonly host?: string
  readonly uri?: string
  /** The client's own fields, repeats included; with `{token}` in one of them, Authorization is not sent unless `credentials` asks for it. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** X-Forwarded-* fields that the proxy leaves out. */
  readonly without?: readonly string[]
  /** What the proxy forwards of the body. */
  readonly body?: string
  /** How the body is written. Default UTF-8. */
  readonly encoding?: 'utf16le' | 'latin1'
  /** The method of the call itself. Default GET. */
  readonly ownMethod?: string
}

/** A token: a good one of the issuer, but for what is said here. */
export interface TokenRecipe {
  /** Default `main`. */
  readonly issuer?: string
  /** Added or replaced; `REMOVED` takes one away and `inSeconds` is counted from the time of the decision. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Members that come once more, at the end of the JSON text. */
  readonly again?: {
    readonly header?: Readonly<Record<string, unknown>>
    readonly claims?: Readonly<Record<string, unknown>>
  }
  /** Whose key signs: an issuer, `stranger` (it is not published), or as an HMAC secret `public half` (PEM) or `public JWK`. Default: the issuer's. */
  readonly signedBy?: string
  /** How it is signed. Default: as the issuer does. */
  readonly alg?: string
  /** What is done to the finished text. */
  readonly mutation?: keyof typeof MUTATIONS
  /** Instead of all that: this very text. */
  readonly text?: string
}

/** A proof by RFC 9449 §4.2: a good one for the request and its token, but for what is said here. */
export interface ProofRecipe {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** The key in the header, and the one that signs. Default: the one that bound tokens name. */
  readonly key?: 'another'
  readonly signedBy?: 'another'
  /** Sent in this way. Default: one field. */
  readonly sent?: 'twice' | 'joined' | 'cut'
}

/** In the claims of a token: the thumbprint of the client's key. */
export const BOUND = { cnf: { jkt: '{jkt}' } } as const

/** A claim or header member that is not there. */
export const REMOVED = 'removed from the token'

/** A time in a token, counted from the time of the decision. */
export const inSeconds = (seconds: number): { readonly inSeconds: number } => ({ inSeconds: seconds })

export interface Expectation {
  readonly status: number
  /** Of an allow: `token`, `anonymous` or `preflight`. */
  readonly reason: Reason | 'token' | 'anonymous' | 'preflight'
  /** Default: what the status says. */
  readonly outcome?: 'would_deny'
  /** Exact values; a list where a field comes more than once. */
  readonly headers?: Readonly<Record<string, string>>
  readonly absent?: readonly string[]
  readonly body?: string
}

const parts = (token: string) => token.split('.') as [string, string, string]
const again = (text: string) => Buffer.from(text, 'base64url').toString()
const encode = (text: string | Buffer) => Buffer.from(text).toString('base64url')

/** What attackers and broken issuers do to a signed token. */
export const MUTATIONS = {
  'payload raised to admin': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${header}.${encode(JSON.stringify({ ...JSON.parse(again(payload)), sub: 'admin' }))}.${signature}`
  },
  'last byte of the signature changed': (token: string) => {
    const [header, payload, signature] = parts(token)
    const bytes = Buffer.from(signature, 'base64url')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    return `${header}.${payload}.${encode(bytes)}`
  },
  'signature removed': (token: string) => token.slice(0, token.lastIndexOf('.') + 1),
  'two segments': (token: string) => token.slice(0, token.lastIndexOf('.')),
  'four segments': (token: string) => `${token}.AAAA`,
  'five segments': (token: string) => `${parts(token)[0]}..AAAA.AAAA.AAAA`,
  'payload removed': (token: string) => `${parts(token)[0]}..${parts(token)[2]}`,
  'padded with =': (token: string) => `${token}=`,
  'signature in another spelling': (token: string) => {
    // 64 bytes leave four bits of the last character unused: the same signature, another token.
    const last = token.at(-1) ?? ''
    return token.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1)
  },
  'an opaque token in its place': () => 'ya29.A0ARrdaM-not_a_JWT_but_a_reference_to_a_login',
  'payload is a list': (token: string) => `${parts(token)[0]}.${encode('[]')}.${parts(token)[2]}`,
  'BOM before the payload': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${header}.${encode(`\ufeff${again(payload)}`)}.${signature}`
  },
  'payload is not UTF-8': (token: string) => {
    const [header, , signature] = parts(token)
    return `${header}.${encode(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))}.${signature}`
  },
  'signature of zeros': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${header}.${payload}.${encode(Buffer.alloc(Buffer.from(signature, 'base64url').length))}`
  },
  'signature cut short': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${header}.${payload}.${encode(Buffer.from(signature, 'base64url').subarray(0, 32))}`
  },
  'signature with a byte more': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${header}.${payload}.${encode(Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.alloc(1)]))}`
  },
  'signature in DER': (token: string) => {
    // r and s as ASN.1 integers, which a lenient library would verify too: one signature, two tokens.
    const [header, payload, signature] = parts(token)
    const bytes = Buffer.from(signature, 'base64url')
    const integer = (half: Buffer) => Buffer.concat([Buffer.from([2, half.length + 1, 0]), half])
    const both = Buffer.concat([integer(bytes.subarray(0, 32)), integer(bytes.subarray(32))])
    return `${header}.${payload}.${encode(Buffer.concat([Buffer.from([0x30, both.length]), both]))}`
  },
  'header with another alg once more': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${encode(`{"alg":"none",${again(header).slice(1)}`)}.${payload}.${signature}`
  },
  'header with blanks': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${encode(` ${again(header)}`)}.${payload}.${signature}`
  },
  'header is null': (token: string) => `${encode('null')}.${parts(token)[1]}.${parts(token)[2]}`,
  'header is a text': (token: string) => `${encode('"ES256"')}.${parts(token)[1]}.${parts(token)[2]}`,
  'header is not JSON': (token: string) => `${encode('{"alg":"ES256",}')}.${parts(token)[1]}.${parts(token)[2]}`,
  'a line end inside': (token: string) => token.replace('.', '.%0d%0a'),
  'segments swapped': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${payload}.${header}.${signature}`
  },
  'a dot before it': (token: string) => `.${token}`,
  'a dot behind it': (token: string) => `${token}.`,
  'another token behind it': (token: string) => `${token}.${token}`,
  'plain base64 in place of base64url': (token: string) => {
    const [header, payload, signature] = parts(token)
    return `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('base64').replace(/=+$/, '')}+/`
  },
  'JSON serialisation': (token: string) => {
    const [header, payload, signature] = parts(token)
    return JSON.stringify({ protected: header, payload, signature })
  },
  'longer than any token': (token: string) => token.padEnd(33 * 1024, 'A'),
} as const satisfies Record<string, (token: string) => string>
