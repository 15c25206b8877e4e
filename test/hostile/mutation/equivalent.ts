// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code

/**
 * Mutants that answer as the product does, by the beginning of their names, and why they do. A survivor that is not here is a
 * check without a test.
 */
export const EQUIVALENT: readonly (readonly [mutant: string, why: string])[] = [
  // What is kept to save time; without it the same is found out again.
  ['createHeaderReader.remember: ', 'a memory of names: it costs time to lose it, and answers are the same'],
  ['createHeaderReader.recall: one operand alone', 'the meaning of a name is found out again'],
  [
    "parseCredentials: one branch alone: authorization.startsWith('Bearer ') ? 'bearer' : authorizati…SCHEME, '').toLowerCase() → (authorization.",
    'the usual spelling skips a look-up',
  ],
  [
    'parseHost: a guard that never refuses: HOST_NAME.test(text)',
    'what is well-formed already is normalised to itself',
  ],
  ['isVerifyTarget: a guard that never refuses', 'the usual spelling skips a pattern'],
  ['isVerifyTarget: one operand alone', 'the usual spelling skips a pattern'],
  ['encodeText: a guard that never refuses: !NEEDS_ENCODING', 'what needs no encoding is encoded to itself'],
  ['contentOf: one branch alone: inner.includes', 'JSON.parse reads a string without escapes as it is'],
  ['buildMetadataIndex: one branch alone: changes ? render', 'the same text is rendered each time'],
  ['matchingRules: a guard that never refuses: route.rules.length === 0', 'of no rules none match'],

  [
    'onlyDifference: a guard that never refuses: Math.abs',
    'each of the differences that are reported is of one character or none',
  ],
  [
    'percentEncode: one branch alone: text.isWellFormed() ? Buffer.from(text)',
    'each character is encoded as all of them at a time',
  ],
  ['readingsOf: a guard that never refuses', 'no script is found where there is none'],
  ['firstSegments: a bound off by one', 'a prefix longer than that of any route is looked up in vain'],
  ['firstSegments: one operand alone', 'a prefix longer than that of any route is looked up in vain'],
  [
    'firstSegments: one branch alone: end === -1 ? path : path.slice(0, end) → (path)',
    'a prefix longer than that of any route is looked up in vain',
  ],
  ['NEEDS_ENCODING: a pattern without its anchor: $', 'what needs no encoding is encoded to itself'],

  // What cannot come, as something before it has seen to that.
  ['decide: one branch alone: routeName === undefined', 'no route has the name undefined'],
  ['BEYOND_SCHEME: a pattern without its anchor: $', 'all to the end is taken, as a dot takes line ends here'],
  [
    'denialAnswer: one branch alone: error === undefined ? {} : { error } → ({ error })',
    'JSON leaves out what is undefined',
  ],
  ['checkOrigin: one operand alone: fields.origin !== SEVERAL &&', 'the mark of several is in no list of origins'],
  ['collect: a bound off by one', 'past the end there is a name that is empty, which means nothing'],
  ['meaningOf: one operand alone: SLOTS.get', 'a field that means nothing is kept under no name'],
  ['findAmbiguity: a bound off by one: < → <=', 'past the end there is no character'],
  ['findAmbiguity: one operand alone: !atName || names', 'no name is awaited where a list is open'],
  ["findAmbiguity: one operand alone: char === '-'", 'the digits behind the sign are as large'],
  [
    "findAmbiguity: one operand alone: char !== undefined && char >= '0' && char <= '9' → (char <= '9')",
    'JSON.parse took the text: below the digits are blanks only, which Number skips',
  ],
  [
    "findAmbiguity: one operand alone: char !== undefined && char >= '0' → (char !== undefined)",
    'JSON.parse took the text: below the digits are blanks only, which Number skips',
  ],
  ['endOfNumber: one operand alone', 'undefined is not part of a number either'],
  ['readMcpFields: a bound off by one', 'past the end there is no name that means anything'],
  ['readMcpFields: a condition that always holds: slot', 'what has no slot is kept under no name'],
  ['findMetadata: one branch alone: query', 'no resource has the query undefined'],
  ['findRegistration: a pattern without its anchor: $', 'all to the end is taken, as a dot takes line ends here'],
  [
    'findRegistration: one operand alone: !path.startsWith(`${REGISTRATION_PATH}/`) || !path.endsWith(REGISTER) → (!path.endsWith',
    'the index has only places below that path',
  ],
  [
    'isAllowedRedirect: one operand alone: path === undefined || pathOfUri === undefined → (path === undefined)',
    'a URI that is not loopback has no host either',
  ],
  ['isWebUrl: a pattern without its anchor: $', 'a protocol ends with its colon'],
  ['isWebUrl: one operand alone: URL.parse(value)?.protocol', 'the pattern does not match undefined either'],
  ['addPath: a condition that always holds: !same.includes', 'a route that is listed twice is still one'],
  ['problemOfTime: one operand alone', 'Number.isFinite is false for what is not a number'],
  ['isOpaque: a pattern without its anchor: $', 'all to the end is taken, as a dot takes line ends here'],
  ['onlyDifference: a pattern without its anchor', 'an issuer begins with its scheme'],

  // Issuers and keys.
  ['maxAgeOf: one operand alone: cacheControl', 'the text "null" has no max-age either'],
  ['schedule: a call that is not made: timer.unref', 'a process whose listeners are open does not end by itself'],
  [
    'isLoopbackOrCluster: a pattern without its anchor: ^',
    'a host name that ends in a number is an IPv4 address (URL)',
  ],

  ['thumbprintOf: a bound off by one', 'an object has no member twice'],
  ['fetchJson: the opposite flag', 'the listener is removed at the end'],
  [
    "innermostCode: one operand alone: 'code' in error && typeof error.code === 'string' → (typeof",
    'an error without a code has none that is text',
  ],
  ['createProofKeys: a condition that always holds', 'a key that is refused is refused again, in the same words'],
  [
    'createTokenCache.assessToken: a condition that always holds: known !== undefined',
    'what is not kept is not dropped',
  ],
  ['openRegistry.findKeys: one operand alone: configured.has', 'its own issuers have their own source'],
  ['createIssuerFetch: one branch alone: init.signal', 'a signal that is undefined is none'],
  ['readNamed: one ', 'what the file system reports has a code'],
  ['ask: one branch alone: value === undefined', 'a header field that came has a value'],
  ['fetchSoon: a condition that always holds: this.#newestSeen', 'the timer looks again, and does nothing'],
  ['withdrawnKids: one ', 'a kid that is still held is found among the keys first'],
  ['prepareAsking: a call that is not made: setMaxListeners', 'Node warns of many listeners; answers are the same'],

  // What only a reader of the log sees.
  ['shortened: a bound off by one', 'a text of just that length gets three dots more'],
  ['quoted: a bound off by one', 'a text of just that length gets three dots more'],
  ['nearest: a bound off by one', 'of two refusals of one kind the log may show either'],
]

/** Why a mutant may survive; undefined if it may not. */
export function reasonToSurvive(name: string): string | undefined {
  return EQUIVALENT.find(([mutant]) => name.startsWith(mutant))?.[1]
}
