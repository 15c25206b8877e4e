// A verifier that checks nothing: what Fastify costs. With a certificate (BENCH_CERT, BENCH_KEY) it speaks HTTP/2 as well.
import { readFileSync } from 'node:fs'
import { fastify } from 'fastify'
import { announce } from './listening.ts'

const { BENCH_CERT: cert, BENCH_KEY: key } = process.env
const tls: object =
  cert === undefined || key === undefined
    ? {}
    : { http2: true, https: { allowHTTP1: true, cert: readFileSync(cert), key: readFileSync(key) } }
const app = fastify({ keepAliveTimeout: 120_000, ...tls })
app.all('/verify/:route', (_request, reply) => {
  reply.send()
})
app.listen({ port: 0, host: '127.0.0.1' }).then(() => announce(app.server))
