import { type MutantFamily, without } from './mutant.ts'

const UNIT = ['test/unit/decision/client-registration.test.ts', 'test/unit/decision/registration.test.ts']
const SERVICE = ['test/service/registration.test.ts']
const CONFIG = ['test/unit/config/problems.test.ts', 'test/unit/config/compile.test.ts']

/** Who may register here, and for which issuer. */
export const REGISTRATION_MUTANTS: readonly MutantFamily[] = [
  {
    file: 'src/decision/client-registration.ts',
    tests: UNIT,
    mutants: [
      without('comparing every redirect URI', '!uris.every((uri) =>', '!uris.some((uri) =>'),
      without('comparing redirect URIs', 'isSameRedirect(uri, allowed)))', 'uri.startsWith(allowed)))'),
      without('a redirect URI at least', ' || uris.length === 0', ''),
      without('a bound on redirect URIs', 'if (uris.length > MOST_REDIRECT_URIS)', 'if (false)'),
      without('plain http for any port', '/^(http:', '/^(https?:'),
      without('loopback for any port', '127\\.0\\.0\\.1|localhost|\\[::1\\]', '[^/:?]+'),
      without('digits alone in the port', '/^:[1-9][0-9]{0,4}$/.test(', '/^:/.test('),
      without('ports that exist', ' && URL.canParse(uri)', ''),
      without(
        'own members only',
        'Object.hasOwn(request, name) ? Reflect.get(request, name) : undefined',
        'Reflect.get(request, name)',
      ),
      without(
        'a public client',
        "token_endpoint_auth_method: 'none',",
        "token_endpoint_auth_method: 'client_secret_basic',",
      ),
    ],
  },
  {
    file: 'src/decision/registration.ts',
    tests: UNIT,
    mutants: [
      without(
        'refusing providers that send iss (RFC 9207)',
        "if (document['authorization_response_iss_parameter_supported'] === true) {",
        'if (false) {',
      ),
      without('endpoints that are web URLs', 'if (!isWebUrl(document[member]))', 'if (document[member] === undefined)'),
      without('the list of members that are copied', 'const copied = COPIED', 'const copied = Object.keys(document)'),
      without(
        'hiding what is not advertised',
        '!advertise || registration === undefined',
        'registration === undefined',
      ),
    ],
  },
  {
    file: 'src/http/registration-endpoint.ts',
    tests: SERVICE,
    mutants: [
      without('404 where it is refused', "if (state.kind === 'refused') return undefined", ''),
      without('a bound on the body', 'readBody(request.raw, LARGEST_BODY)', 'readBody(request.raw, Number.MAX_VALUE)'),
    ],
  },
  {
    file: 'src/http/request-body.ts',
    tests: SERVICE,
    mutants: [
      without('the bound on a body', 'if (length > limit) finish(tooLarge(limit))\n      else chunks', 'chunks'),
      without('an end to waiting for a body', 'setTimeout(cut, LONGEST_WAIT_MS)', 'setTimeout(() => {}, 0)'),
    ],
  },
  {
    file: 'src/config/registration.ts',
    tests: CONFIG,
    mutants: [
      without('discovery', "keys.kind !== 'discovery' && keys.kind !== 'discoveryUri'", 'false'),
      without('refusing wildcards', "url.includes('*')", 'false'),
      without('telling what no client hears of', 'if (routes.some(', 'if (true || routes.some('),
    ],
  },
]
