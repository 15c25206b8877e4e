import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ignoredProxyVariables, readSettings, type Settings, VARIABLES } from '../../src/settings.ts'

function settings(environment: Readonly<Record<string, string>> = {}): Settings {
  const read = readSettings(environment)
  return read.ok ? read.settings : assert.fail(read.problems.join('\n'))
}

function problems(environment: Readonly<Record<string, string>>): readonly string[] {
  const read = readSettings(environment)
  return read.ok ? [] : read.problems
}

describe('settings', () => {
  it('have a default each', () => {
    const { configVariables, ...rest } = settings()
    assert.partialDeepStrictEqual(rest, {
      listen: { host: undefined, port: 8080 },
      operationsListen: { host: undefined, port: 9090 },
      logLevel: 'info',
      tokenCacheEntries: 10_000,
      decisionLog: 'denied',
      exposeReason: true,
      readyWithoutKeys: 900_000,
      shutdownDelay: 250,
    })
    assert.equal(rest.config, undefined)
    assert.deepEqual(new Set(Object.values(configVariables)), new Set([undefined]))
  })

  it('take an empty variable for one that is not set, as deployment tools write them', () => {
    assert.deepEqual(settings(Object.fromEntries(VARIABLES.map(({ name }) => [name, '']))), settings())
  })

  for (const [text, expected] of [
    [':8080', { host: undefined, port: 8080 }],
    [':0', { host: undefined, port: 0 }],
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[::]:8080', { host: '::', port: 8080 }],
  ] as const) {
    it(`listen at ${text}`, () => {
      assert.deepEqual(settings({ FORWARDGATE_LISTEN: text }).listen, expected)
      assert.deepEqual(settings({ FORWARDGATE_OPERATIONS_LISTEN: text }).operationsListen, expected)
    })
  }

  for (const text of [
    '*:8080',
    '8080',
    ':65536',
    ':-1',
    '::1:8080',
    '[::1]',
    'host:',
    ':',
    'http://localhost:80',
    ':80a',
  ]) {
    it(`do not listen at "${text}"`, () => {
      assert.deepEqual(problems({ FORWARDGATE_LISTEN: text }), [
        `FORWARDGATE_LISTEN: "${text}" is not host:port or :port`,
      ])
    })
  }

  for (const [text, milliseconds] of [
    ['0ms', 0],
    ['250ms', 250],
    ['5s', 5000],
    ['10m', 600_000],
  ] as const) {
    it(`a delay of ${text}`, () =>
      assert.equal(settings({ FORWARDGATE_SHUTDOWN_DELAY: text }).shutdownDelay, milliseconds))
  }

  for (const [text, milliseconds] of [
    ['0s', 0],
    ['35ms', 35],
    ['20m', 1_200_000],
    ['24h', 86_400_000],
    ['86400000ms', 86_400_000],
    ['never', Number.POSITIVE_INFINITY],
  ] as const) {
    it(`ready without keys after ${text}`, () =>
      assert.equal(settings({ FORWARDGATE_READY_WITHOUT_KEYS: text }).readyWithoutKeys, milliseconds))
  }

  for (const [name, text] of [
    ['FORWARDGATE_READY_WITHOUT_KEYS', '25h'],
    ['FORWARDGATE_READY_WITHOUT_KEYS', '1d'],
    ['FORWARDGATE_READY_WITHOUT_KEYS', 'Never'],
    ['FORWARDGATE_READY_WITHOUT_KEYS', '15'],
    ['FORWARDGATE_SHUTDOWN_DELAY', '5'],
    ['FORWARDGATE_SHUTDOWN_DELAY', '1.5s'],
    ['FORWARDGATE_SHUTDOWN_DELAY', '-1s'],
    ['FORWARDGATE_SHUTDOWN_DELAY', '11m'],
    ['FORWARDGATE_SHUTDOWN_DELAY', '1h'],
    ['FORWARDGATE_TOKEN_CACHE_ENTRIES', '0'],
    ['FORWARDGATE_TOKEN_CACHE_ENTRIES', '1e3'],
    ['FORWARDGATE_TOKEN_CACHE_ENTRIES', '10000001'],
    ['FORWARDGATE_LOG_LEVEL', 'INFO'],
    ['FORWARDGATE_LOG_LEVEL', 'trace'],
    ['FORWARDGATE_DECISION_LOG', 'none'],
    ['FORWARDGATE_EXPOSE_REASON', '1'],
  ] as const) {
    it(`refuse ${name}=${text} and say what is expected`, () => {
      const [problem, ...more] = problems({ [name]: text })
      assert.deepEqual(more, [])
      assert.ok(problem?.startsWith(`${name}: "${text}" is not `), problem)
    })
  }

  it('report a variable that does not exist, with the nearest name', () => {
    assert.deepEqual(problems({ FORWARDGATE_LISTN: ':1', FORWARDGATE_EXPOSE_REASONS: 'true' }).length, 2)
    assert.match(problems({ FORWARDGATE_LISTN: ':1' })[0] ?? '', /unknown variable; did you mean "?FORWARDGATE_LISTEN/)
    assert.deepEqual(problems({ PATH: '/bin', SOMETHING_ELSE: 'x' }), [])
  })

  it('do not mind what Kubernetes sets for a Service named forwardgate', () => {
    assert.deepEqual(
      problems({
        FORWARDGATE_SERVICE_HOST: '10.0.0.1',
        FORWARDGATE_SERVICE_PORT: '8080',
        FORWARDGATE_SERVICE_PORT_AUTH: '8080',
        FORWARDGATE_PORT: 'tcp://10.0.0.1:8080',
        FORWARDGATE_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
        FORWARDGATE_PORT_8080_TCP_ADDR: '10.0.0.1',
        FORWARDGATE_OPERATIONS_SERVICE_HOST: '10.0.0.2',
        FORWARDGATE_OPERATIONS_PORT_9090_TCP_PROTO: 'tcp',
      }),
      [],
    )
  })

  it('carry the variables of environment-only mode on as they are', () => {
    const { configVariables } = settings({ OIDC_ISSUER: 'https://id.example.com', OIDC_SCOPE: 'a b' })
    assert.partialDeepStrictEqual(configVariables, { OIDC_ISSUER: 'https://id.example.com', OIDC_SCOPE: 'a b' })
  })
})

describe('variables for an outbound proxy', () => {
  for (const [environment, ignored] of [
    [{}, []],
    [{ HTTPS_PROXY: '' }, []],
    [{ HTTPS_PROXY: 'http://proxy:3128' }, ['HTTPS_PROXY']],
    [{ https_proxy: 'http://proxy:3128', HTTP_PROXY: 'http://proxy:3128' }, ['https_proxy', 'HTTP_PROXY']],
    [{ HTTPS_PROXY: 'http://proxy:3128', NODE_USE_ENV_PROXY: '0' }, ['HTTPS_PROXY']],
    [{ HTTPS_PROXY: 'http://proxy:3128', NODE_USE_ENV_PROXY: '1' }, []],
    [{ http_proxy: 'http://proxy:3128', NODE_OPTIONS: '--max-old-space-size=64 --use-env-proxy' }, []],
    [{ NO_PROXY: '*' }, []],
  ] as const) {
    it(`${JSON.stringify(environment)}: ignored are ${ignored.join(' and ') || 'none'}`, () =>
      assert.deepEqual(ignoredProxyVariables(environment), ignored))
  }
})
