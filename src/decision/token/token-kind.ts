import type { TokenKind } from '../../config/model-issuer.ts'
import { showUnverified } from '../show-unverified.ts'
import { type Claims, own } from './claims.ts'

/** What a token is. Refresh and logout tokens are for the issuer and the client alone: no configuration lets them in. */
type Kind = TokenKind | 'refresh' | 'logout'

/** One thing in a payload that says what the token is. */
interface Mark {
  readonly member: string
  /** undefined: that the member is there says it. */
  readonly word?: unknown
  /** undefined: a word that is not in the table. */
  readonly kind: Kind | undefined
}

/** Members of the payload that say what a token is, each at some provider: Keycloak, Pocket ID, Casdoor, Cognito. */
const MEMBERS = ['typ', 'type', 'tokenType', 'token_type', 'token_use'] as const

/** Their words, folded. */
const WORDS = new Map<string, Kind>([
  ['bearer', 'access'],
  ['jwt', 'access'],
  ['at+jwt', 'access'],
  ['dpop', 'access'],
  ['access', 'access'],
  ['accesstoken', 'access'],
  ['oauthaccesstoken', 'access'],
  ['id', 'id'],
  ['idtoken', 'id'],
  ['serializedid', 'id'],
  ['refresh', 'refresh'],
  ['refreshtoken', 'refresh'],
  ['offlineaccess', 'refresh'],
  ['logout', 'logout'],
  ['logouttoken', 'logout'],
  ['logout+jwt', 'logout'],
])

/** Words of one member only. Keycloak's `Offline`; elsewhere `type: offline` may be about a device. */
const WORDS_OF_MEMBER: Readonly<Record<string, ReadonlyMap<string, Kind>>> = {
  typ: new Map<string, Kind>([['offline', 'refresh']]),
  drn: new Map<string, Kind>([['dsr', 'refresh']]),
}

/** Characters of a word that is folded. A longer one is in no table, whatever it is folded to. */
const MAX_WORD_CHARACTERS = 256
/** Of RFC 8693 §3, folded like the rest. */
const URN = 'urn:ietf:params:oauth:tokentype:'
const MEDIA_TYPE = 'application/'

/**
 * The first mark of a kind that is not accepted, such as `typ Refresh`, fit for a log line; undefined when there is none.
 * A signature does not distinguish kinds: issuers sign ID and refresh tokens with the keys of their access tokens (RFC 8725
 * §3.11, §3.12). Words that are not in the table pass, as providers use these members for other things, too.
 */
export function findOtherKind(claims: Claims, accepted: readonly TokenKind[]): string | undefined {
  const mark = marksOf(claims).find(({ kind }) => kind !== undefined && !isAccepted(kind, accepted))
  return mark === undefined ? undefined : show(mark)
}

/** The marks whose words are in no table, for a reader who wants to know what was passed over. */
export function findUnknownWords(claims: Claims): readonly string[] {
  return marksOf(claims)
    .filter(({ kind }) => kind === undefined)
    .map(show)
}

function isAccepted(kind: Kind, accepted: readonly TokenKind[]): boolean {
  return accepted.some((one) => one === kind)
}

function marksOf(claims: Claims): readonly Mark[] {
  return [
    ...MEMBERS.flatMap((member) => wordsOf(claims, member)),
    // Descope has a word for its refresh tokens here, and others for what passes.
    ...wordsOf(claims, 'drn').filter(({ kind }) => kind !== undefined),
    ...(own(claims, 'c_hash') === undefined ? [] : [{ member: 'c_hash', kind: 'id' } as const]),
    ...(isEvents(own(claims, 'events')) ? [{ member: 'events', kind: 'logout' } as const] : []),
  ]
}

function wordsOf(claims: Claims, member: string): readonly Mark[] {
  const value = own(claims, member)
  if (value === undefined) return []
  const words: readonly unknown[] = Array.isArray(value) ? value : [value]
  return words
    .filter((word) => word !== undefined && word !== null)
    .map((word) => ({ member, word, kind: kindOf(member, word) }))
}

function kindOf(member: string, word: unknown): Kind | undefined {
  if (typeof word !== 'string' || word.length > MAX_WORD_CHARACTERS) return undefined
  const folded = fold(word)
  return WORDS_OF_MEMBER[member]?.get(folded) ?? WORDS.get(folded)
}

/** One reading of `Refresh`, `refresh-token`, `REFRESH_TOKEN` and `urn:ietf:params:oauth:token-type:refresh_token`. */
function fold(word: string): string {
  const plain = word.toLowerCase().replace(/[-_\s]/g, '')
  return withoutPrefix(withoutPrefix(plain, URN), MEDIA_TYPE)
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}

/** Events under URIs make a logout token (OpenID Connect Back-Channel Logout §2.4) or another security event token (RFC 8417 §2.2). */
function isEvents(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.keys(value).some((name) => /^[a-z][a-z0-9+.-]*:/i.test(name))
}

function show({ member, word }: Mark): string {
  if (word === undefined) return member
  return `${member} ${typeof word === 'string' ? showUnverified(word) : '(not a string)'}`
}
