// What one writes in an afternoon: fastify and jose. It checks signature, issuer, audience, time and scope, and answers
// with two identity headers. Its keys are at hand, so it never waits for an issuer.
import { readFileSync } from 'node:fs'
import { fastify } from 'fastify'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { announce } from './listening.ts'

const { BENCH_JWKS = '', BENCH_ISSUER = '', BENCH_AUDIENCE = '', BENCH_SCOPE = '' } = process.env
const keys = createLocalJWKSet(JSON.parse(readFileSync(BENCH_JWKS, 'utf8')))
const expected = { issuer: BENCH_ISSUER, audience: BENCH_AUDIENCE, clockTolerance: 30 }
const challenge =
  'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp", scope="mcp:read"'

const app = fastify({ keepAliveTimeout: 120_000 })
app.all('/verify/:route', async (request, reply) => {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined) {
    return reply.code(401).header('WWW-Authenticate', challenge).send({ error: 'unauthorized' })
  }
  try {
    const { payload } = await jwtVerify(token, keys, expected)
    const scopes = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : []
    if (!scopes.includes(BENCH_SCOPE)) return reply.code(403).send({ error: 'insufficient_scope' })
    reply.header('X-Auth-Subject', payload.sub ?? '').header('X-Auth-Scopes', scopes.join(' '))
    return reply.send()
  } catch {
    const invalid = `${challenge}, error="invalid_token"`
    return reply.code(401).header('WWW-Authenticate', invalid).send({ error: 'invalid_token' })
  }
})
app.listen({ port: 0, host: '127.0.0.1' }).then(() => announce(app.server))
