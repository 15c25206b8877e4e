import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { REDIRECT_URI } from '../scenarios/clients/account.ts'
import { type DpopLogin, logInWithKey } from '../scenarios/clients/dpop.ts'
import { curl, refusal } from '../scenarios/support/http.ts'
import { logInAtKeycloak } from './keycloak-login.ts'
import { PASSWORD, REALM } from './keycloak-realm.ts'
import type { Keycloak } from './keycloak-server.ts'
import { passed, type Row } from './outcome-page.ts'

const LOGIN: DpopLogin = {
  clientId: 'bound',
  redirectUri: REDIRECT_URI,
  scope: 'openid mcp:read',
  follow: (url) => logInAtKeycloak(url, 'alice', PASSWORD),
}

/** Rows of tokens that are bound to a key of the client. */
export async function playDpop(row: Row, keycloak: Keycloak, url: (route: string) => string): Promise<void> {
  await row('DPoP: login, tool call, refresh, tool call', async () => {
    const session = await logInWithKey(url('plain'), LOGIN)
    const kind = session.tokens().token_type
    await session.call('whoami')
    const before = session.tokens().access_token
    await session.refresh()
    assert.notEqual(session.tokens().access_token, before)
    await session.call('whoami')
    return `passes; \`token_type\` is ${kind}, ${session.answers.filter((one) => one.startsWith('401')).length} refusals`
  })
  await row('DPoP: the same where a nonce is required', async () => {
    const session = await logInWithKey(url('nonce'), LOGIN)
    await session.call('whoami')
    await session.refresh()
    await session.call('whoami')
    return `passes; ${session.answers.filter((one) => one.startsWith('401')).join(', ')} once`
  })
  const session = await logInWithKey(url('plain'), LOGIN)
  const token = session.tokens().access_token
  const key = await oauth.generateKeyPair('ES256')
  await row('DPoP: bound token sent as Bearer', async () => refusal(await curl(url('plain'), { token })))
  await row('DPoP: bound token with the proof of another key', async () => {
    const DPoP = oauth.DPoP({}, key)
    const refused = await oauth
      .protectedResourceRequest(token, 'GET', new URL(url('plain')), undefined, undefined, {
        DPoP,
        [oauth.allowInsecureRequests]: true,
      })
      .then(passed, (error: oauth.WWWAuthenticateChallengeError) => error.response)
    return `${refused.status} ${refused.headers.get('x-forwardgate-reason')}`
  })
  await row('DPoP: bound refresh token with another key', async () => {
    const error = await session.refresh(key).then(passed, (failed: oauth.ResponseBodyError) => failed)
    return `Keycloak refuses: \`${error.error}\``
  })
  await row('DPoP: login of that client without a proof', async () => {
    const form = { grant_type: 'password', client_id: 'bound', username: 'alice', password: PASSWORD }
    return `Keycloak refuses: \`${(await keycloak.ask(REALM, 'token', form))['error']}\``
  })
}
