import { REDIRECT_URI } from '../scenarios/clients/account.ts'
import type { Keycloak } from './keycloak-server.ts'
import { PAGE_ORIGIN } from './outcome-page.ts'

/** What the route names as `audience`. */
export const AUDIENCE = 'orders-api'
export const REALM = 'main'
export const PASSWORD = 'a-password-of-this-suite'
export const SECRET = 'a-client-secret-of-this-suite'
/** Who has the role of the route `role`, and who has not. */
export const USERS = { alice: 'orders-reader', bob: undefined } as const

/** A realm as the page about Keycloak says, and clients that differ from it in one thing each. `logout` hears of logouts. */
export async function makeRealm({ admin }: Keycloak, logout: string): Promise<void> {
  await admin('POST', '', { realm: REALM, enabled: true })
  await admin('POST', `/${REALM}/roles`, { name: 'orders-reader' })
  const role = await admin('GET', `/${REALM}/roles/orders-reader`)
  for (const [username, hasRole] of Object.entries(USERS)) {
    const id = await admin('POST', `/${REALM}/users`, {
      username,
      enabled: true,
      email: `${username}@example.org`,
      emailVerified: true,
      firstName: username,
      lastName: 'Example',
      credentials: [{ type: 'password', value: PASSWORD, temporary: false }],
    })
    if (hasRole) await admin('POST', `/${REALM}/users/${id}/role-mappings/realm`, [role])
  }
  const scope = await admin('POST', `/${REALM}/client-scopes`, scopeOf('mcp:read', true))
  const audience = await admin('POST', `/${REALM}/client-scopes`, scopeOf('orders-audience', false, [audienceMapper()]))
  const light = [audienceMapper({ 'lightweight.claim': 'true' })]
  const lightAudience = await admin('POST', `/${REALM}/client-scopes`, scopeOf('light-audience', false, light))
  for (const id of [scope, audience]) await admin('PUT', `/${REALM}/default-default-client-scopes/${id}`)

  const clients = `/${REALM}/clients`
  const remove = (client: unknown, kind: string) =>
    admin('DELETE', `${clients}/${client}/${kind}-client-scopes/${audience}`)
  await admin('POST', clients, clientOf('app', { 'backchannel.logout.url': logout }))
  await admin('POST', clients, { ...clientOf('page'), webOrigins: [PAGE_ORIGIN] })
  await admin('POST', clients, clientOf('bound', { 'dpop.bound.access.tokens': 'true' }))
  await admin('POST', clients, { ...clientOf('introspecting'), publicClient: false, secret: SECRET })
  await remove(await admin('POST', clients, clientOf('bare')), 'default')
  const optional = await admin('POST', clients, clientOf('optional'))
  await remove(optional, 'default')
  await admin('PUT', `${clients}/${optional}/optional-client-scopes/${audience}`)
  const lightweight = { 'client.use.lightweight.access.token.enabled': 'true' }
  await admin('POST', clients, clientOf('light', lightweight))
  const switched = await admin('POST', clients, clientOf('light-switched', lightweight))
  await admin('PUT', `${clients}/${switched}/default-client-scopes/${lightAudience}`)
}

/** A new signing key, which every token is signed with from now on. */
export async function rotateKeys({ admin }: Keycloak): Promise<void> {
  await admin('POST', `/${REALM}/components`, {
    name: 'next',
    providerId: 'rsa-generated',
    providerType: 'org.keycloak.keys.KeyProvider',
    config: { priority: ['200'], enabled: ['true'], active: ['true'], algorithm: ['RS256'] },
  })
}

/** What an administrator changes for clients that register themselves: no trusted hosts, and the scope is allowed. */
export async function openRegistration({ admin }: Keycloak): Promise<void> {
  const type = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy'
  const policies = (await admin('GET', `/${REALM}/components?type=${type}`)) as readonly Policy[]
  const anonymous = policies.filter(({ subType }) => subType === 'anonymous')
  for (const policy of anonymous) {
    if (policy.providerId === 'trusted-hosts') await admin('DELETE', `/${REALM}/components/${policy.id}`)
    if (policy.providerId !== 'allowed-client-templates') continue
    const config = { ...policy.config, 'allowed-client-scopes': ['mcp:read', 'offline_access'] }
    await admin('PUT', `/${REALM}/components/${policy.id}`, { ...policy, config })
  }
}

/** What is left to do: a client that registers with a scope gets that one alone, so the audience has to come with it. */
export async function addAudienceToScope({ admin }: Keycloak): Promise<void> {
  const scopes = (await admin('GET', `/${REALM}/client-scopes`)) as readonly { id: string; name: string }[]
  const id = scopes.find(({ name }) => name === 'mcp:read')?.id
  await admin('POST', `/${REALM}/client-scopes/${id}/protocol-mappers/models`, audienceMapper())
}

/** With the feature `resource-indicators`: a client that stands for the resource, and one whose tokens may be for it. */
export async function indicateResource({ admin }: Keycloak, resource: string): Promise<void> {
  const clients = `/${REALM}/clients`
  await admin('POST', clients, clientOf('resource-server', { resource_url: resource }))
  const mapper = { ...audienceMapper(), config: { 'included.client.audience': 'resource-server', ...IN_ACCESS_TOKEN } }
  const scope = await admin('POST', `/${REALM}/client-scopes`, scopeOf('indicated-audience', false, [mapper]))
  const indicating = await admin('POST', clients, clientOf('indicating'))
  const scopes = (await admin('GET', `/${REALM}/client-scopes`)) as readonly { id: string; name: string }[]
  const custom = scopes.find(({ name }) => name === 'orders-audience')?.id
  await admin('DELETE', `${clients}/${indicating}/default-client-scopes/${custom}`)
  await admin('PUT', `${clients}/${indicating}/default-client-scopes/${scope}`)
}

const IN_ACCESS_TOKEN = { 'access.token.claim': 'true' }

interface Policy {
  readonly id: string
  readonly providerId: string
  readonly subType: string
  readonly config: Readonly<Record<string, readonly string[]>>
}

function clientOf(clientId: string, attributes: Readonly<Record<string, string>> = {}) {
  return {
    clientId,
    publicClient: true,
    standardFlowEnabled: true,
    directAccessGrantsEnabled: true,
    redirectUris: [REDIRECT_URI],
    attributes,
  }
}

function scopeOf(name: string, included: boolean, protocolMappers: readonly unknown[] = []) {
  const attributes = { 'include.in.token.scope': String(included) }
  return { name, protocol: 'openid-connect', attributes, protocolMappers }
}

function audienceMapper(more: Readonly<Record<string, string>> = {}) {
  return {
    name: 'audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.custom.audience': AUDIENCE, ...IN_ACCESS_TOKEN, ...more },
  }
}
