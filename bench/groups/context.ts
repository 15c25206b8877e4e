import { chmod, mkdir } from 'node:fs/promises'
import { freePort } from '../load.ts'
import { comparison, type Section } from '../report.ts'
import { type Server, type ServerOptions, startForwardgate, startProgram } from '../servers.ts'
import { measureActs } from '../stage.ts'
import { AUDIENCE, ISSUER, SCOPE } from '../tokens.ts'
import type { Workspace } from '../workspace.ts'

/** What Debian has that checks JWTs too: HAProxy with `jwt_verify`, Apache with mod_auth_openidc. Neither remembers. */
export async function measureContext(workspace: Workspace): Promise<Section> {
  const { keys, writeCalls } = workspace
  const seen = await writeCalls('context', [await keys.mint('RS256')])
  const missing = await writeCalls('context-missing', [undefined])
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  const found = await measureActs(
    workspace,
    {
      gate: ({ core }) => startForwardgate(config, { core }),
      haproxy: (options) => startHaproxy(workspace, options),
      apache: (options) => startApache(workspace, options),
    },
    {
      'forwardgate, token seen before': { server: 'gate', calls: seen },
      'HAProxy jwt_verify, RS256': { server: 'haproxy', calls: seen },
      'Apache mod_auth_openidc, RS256': { server: 'apache', calls: seen },
      'forwardgate, no token: 401': { server: 'gate', calls: missing, refuses: true },
      'HAProxy, no token: 401': { server: 'haproxy', calls: missing, refuses: true },
      'Apache, no token: 401': { server: 'apache', calls: missing, refuses: true },
    },
  )
  return {
    title: 'Beside servers written in C',
    about:
      'One process on one core, 32 kept connections. HAProxy checks signature, issuer, audience, scope and expiry by rules written for it; it fetches no keys and takes no list of audiences.',
    table: comparison(Object.values(found), found['forwardgate, token seen before']),
  }
}

async function startHaproxy(workspace: Workspace, options: ServerOptions): Promise<Server> {
  const port = await freePort()
  const pem = await workspace.write('rs256.pem', workspace.keys.pem('RS256'))
  const claim = (name: string) => `http_auth_bearer,jwt_payload_query('$.${name}')`
  const file = await workspace.write(
    'haproxy.cfg',
    `global
  nbthread 1
defaults
  mode http
  timeout client 60s
  timeout http-keep-alive 60s
  timeout connect 5s
  timeout server 5s
frontend verify
  bind 127.0.0.1:${port}
  http-request return status 401 unless { req.hdr(authorization) -m found }
  http-request return status 401 unless { http_auth_bearer,jwt_header_query('$.alg') -m str RS256 }
  http-request return status 401 unless { http_auth_bearer,jwt_verify("RS256","${pem}") 1 }
  http-request return status 401 unless { ${claim('iss')} -m str ${ISSUER} }
  http-request return status 401 unless { ${claim('aud')} -m str ${AUDIENCE} }
  http-request set-var(txn.now) date()
  http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')
  http-request return status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
  http-request return status 403 unless { ${claim('scope')} -m sub ${SCOPE} }
  http-request set-var(txn.sub) ${claim('sub')}
  http-request return status 200 hdr X-Auth-Subject "%[var(txn.sub)]"
`,
  )
  return startProgram(['haproxy', '-db', '-q', '-f', file], options, `http://127.0.0.1:${port}`, workspace.folder)
}

async function startApache(workspace: Workspace, options: ServerOptions): Promise<Server> {
  const port = await freePort()
  const pem = await workspace.write('rs256-apache.pem', workspace.keys.pem('RS256'))
  // Its workers are not the user who starts it.
  await chmod(workspace.folder, 0o711)
  await mkdir(`${workspace.folder}/apache/verify`, { recursive: true })
  await workspace.write('apache/verify/r0', '')
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc']
  const file = await workspace.write(
    'apache.conf',
    `ServerRoot ${workspace.folder}
ServerName bench
Listen 127.0.0.1:${port}
PidFile ${workspace.folder}/apache.pid
DefaultRuntimeDir ${workspace.folder}
ErrorLog ${workspace.folder}/apache.log
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
DocumentRoot ${workspace.folder}/apache
OIDCOAuthVerifyCertFiles bench-rs256#${pem}
OIDCOAuthRemoteUserClaim sub
OIDCCryptoPassphrase bench
<Location /verify>
  AuthType oauth20
  Require claim scope~${SCOPE}
</Location>
`,
  )
  return startProgram(['apache2', '-DFOREGROUND', '-f', file], options, `http://127.0.0.1:${port}`, workspace.folder)
}
