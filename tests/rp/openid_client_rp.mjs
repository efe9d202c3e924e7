// A relying party on openid-client, driven by lines of JSON (see README.md).
import { createInterface } from 'node:readline'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oidc from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env
const SCOPE = process.env.SCOPE || 'openid profile email offline_access'
const AUDIENCE = process.env.AUDIENCE || ISSUER
const ALG = process.env.ALG

const clientAuth = {
  client_secret_basic: oidc.ClientSecretBasic(CLIENT_SECRET),
  client_secret_post: oidc.ClientSecretPost(CLIENT_SECRET),
  none: oidc.None(),
}[process.env.AUTH_METHOD || (CLIENT_SECRET ? 'client_secret_basic' : 'none')]

const pending = new Map()
let configuration
let keys
let tokens = {}
let device

async function provider() {
  const metadata = ALG && { id_token_signed_response_alg: ALG, userinfo_signed_response_alg: ALG }
  configuration ??= await oidc.discovery(new URL(ISSUER), CLIENT_ID, metadata, clientAuth, {
    // An issuer over http is one on loopback; the library refuses it unless told. With ALG every
    // signature is checked, although TLS would do.
    execute: [
      ...(ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
      ...(ALG ? [oidc.enableNonRepudiationChecks] : []),
    ],
    timeout: 20,
  })
  return configuration
}

const commands = {
  async discover() {
    return { metadata: (await provider()).serverMetadata() }
  },

  // Registers itself (RFC 7591); what follows is as the client that came of it.
  async register({ metadata, token }) {
    configuration = await oidc.dynamicClientRegistration(new URL(ISSUER), metadata, oidc.ClientSecretBasic(), {
      initialAccessToken: token,
      execute: [oidc.allowInsecureRequests],
      timeout: 20,
    })
    return { client: configuration.clientMetadata() }
  },

  async start({ params = {} }) {
    const config = await provider()
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...params,
    })
    pending.set(state, { nonce, verifier, maxAge: params.max_age === undefined ? undefined : Number(params.max_age) })
    return { url: url.href, state, nonce }
  },

  async callback({ url }) {
    const config = await provider()
    const state = new URL(url).searchParams.get('state')
    const { nonce, verifier, maxAge } = pending.get(state) ?? {}
    pending.delete(state)
    tokens = await oidc.authorizationCodeGrant(config, new URL(url), {
      // A state this script never sent must fail in the library, not here.
      expectedState: nonce ? state : 'never-sent',
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      maxAge,
      idTokenExpected: true,
    })
    return { tokens, claims: tokens.claims() }
  },

  async verify({ token }) {
    const config = await provider()
    keys ??= createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri), { timeoutDuration: 20_000 })
    const { protectedHeader, payload } = await jwtVerify(token ?? tokens.access_token, keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'at+jwt',
      algorithms: [ALG ?? 'RS256'],
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'client_id'],
    })
    return { header: protectedHeader, claims: payload }
  },

  async userinfo() {
    return { claims: await oidc.fetchUserInfo(await provider(), tokens.access_token, tokens.claims().sub) }
  },

  async refresh({ token }) {
    const fresh = await oidc.refreshTokenGrant(await provider(), token ?? tokens.refresh_token)
    tokens = Object.assign(Object.create(Object.getPrototypeOf(tokens)), { claims: tokens.claims, ...tokens, ...fresh })
    return { tokens: fresh }
  },

  async introspect({ token, hint }) {
    const parameters = hint ? { token_type_hint: hint } : undefined
    return { claims: await oidc.tokenIntrospection(await provider(), token ?? tokens.access_token, parameters) }
  },

  async revoke({ token, hint }) {
    const parameters = hint ? { token_type_hint: hint } : undefined
    await oidc.tokenRevocation(await provider(), token ?? tokens.refresh_token, parameters)
    return {}
  },

  async client_credentials({ params }) {
    tokens = await oidc.clientCredentialsGrant(await provider(), params)
    return { tokens }
  },

  async device({ params = {} }) {
    device = await oidc.initiateDeviceAuthorization(await provider(), { scope: SCOPE, ...params })
    return { device }
  },

  async device_wait() {
    tokens = await oidc.pollDeviceAuthorizationGrant(await provider(), device)
    return { tokens, claims: tokens.claims() }
  },

  async logout({ post_logout_redirect_uri }) {
    const parameters = { id_token_hint: tokens.id_token, ...(post_logout_redirect_uri && { post_logout_redirect_uri }) }
    return { url: oidc.buildEndSessionUrl(await provider(), parameters).href }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    const command = JSON.parse(line)
    if (!Object.hasOwn(commands, command.cmd)) throw new Error(`no command ${command.cmd}`)
    answer = await commands[command.cmd](command)
  } catch (error) {
    const kind = error.constructor.name
    answer = { error: error.error ?? null, description: error.error_description ?? error.message, kind }
    // openid-client wraps causes such as a wrong nonce; the outermost message alone says too little.
    if (error.cause instanceof Error) answer.description += `: ${error.cause.message}`
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
