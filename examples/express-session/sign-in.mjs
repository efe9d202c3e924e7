// OpenID Connect, and nothing about Express: each function takes and returns plain values.
import * as oidc from 'openid-client'
import { settings } from './settings.mjs'

const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(settings.issuer.hostname)
let discovered

// Reads /.well-known/openid-configuration once; a failed attempt is tried again next time.
async function provider() {
  discovered ??= oidc.discovery(
    settings.issuer,
    settings.clientId,
    { client_secret: settings.clientSecret },
    oidc.ClientSecretBasic(settings.clientSecret),
    // Plain http is for trying things on your own machine only.
    { execute: loopback ? [oidc.allowInsecureRequests] : [] },
  ).catch((error) => {
    discovered = undefined
    throw error
  })
  return discovered
}

// The URL to send the browser to, and what must be remembered until it comes back.
export async function start() {
  const config = await provider()
  const remembered = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    codeVerifier: oidc.randomPKCECodeVerifier(),
  }
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${settings.baseUrl}/callback`,
    scope: settings.scope,
    state: remembered.state,
    nonce: remembered.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(remembered.codeVerifier),
    code_challenge_method: 'S256',
  })
  return { url: url.href, remembered }
}

// Exchanges the code; openid-client checks state, iss, nonce, PKCE and the ID token's signature and claims.
export async function finish(callbackUrl, { state, nonce, codeVerifier }) {
  const config = await provider()
  const tokens = await oidc.authorizationCodeGrant(config, callbackUrl, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  const user = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
  return { user, tokens: keep(tokens) }
}

export async function refresh(tokens) {
  const config = await provider()
  return keep(await oidc.refreshTokenGrant(config, tokens.refreshToken), tokens)
}

// Where to send the browser so that the sign-in ends at the provider too.
export async function endSessionUrl(tokens) {
  const url = oidc.buildEndSessionUrl(await provider(), {
    id_token_hint: tokens.idToken,
    post_logout_redirect_uri: `${settings.baseUrl}/`,
  })
  return url.href
}

// Refresh tokens rotate: always keep the newest one. A refresh need not bring a new ID token.
function keep(tokens, before = {}) {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? before.refreshToken,
    idToken: tokens.id_token ?? before.idToken,
    expiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1000,
    refreshes: (before.refreshes ?? -1) + 1,
  }
}
