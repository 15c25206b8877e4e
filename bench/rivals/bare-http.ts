// The floor: Node's own server, which answers 200 to whatever comes.
import { createServer } from 'node:http'
import { announce } from './listening.ts'

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Length': '0' })
  response.end()
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => announce(server))
