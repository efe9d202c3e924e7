// A relying party on oauth4webapi, driven by lines of JSON (see README.md).
import { createInterface } from 'node:readline'
import * as oauth from 'oauth4webapi'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env
const SCOPE = process.env.SCOPE || 'openid profile email offline_access'
const AUDIENCE = process.env.AUDIENCE || ISSUER
const issuer = new URL(ISSUER)
const client = { client_id: CLIENT_ID }
const clientAuth = {
  client_secret_basic: () => oauth.ClientSecretBasic(CLIENT_SECRET),
  client_secret_post: () => oauth.ClientSecretPost(CLIENT_SECRET),
  none: () => oauth.None(),
}[process.env.AUTH_METHOD || (CLIENT_SECRET ? 'client_secret_basic' : 'none')]()
// An issuer over http is one on loopback; the library refuses it unless told.
const options = () => ({ [oauth.allowInsecureRequests]: issuer.protocol === 'http:', signal: AbortSignal.timeout(20_000) })

const pending = new Map()
let metadata
let tokens = {}
let claims

async function provider() {
  metadata ??= await oauth
    .discoveryRequest(issuer, { algorithm: 'oidc', ...options() })
    .then((response) => oauth.processDiscoveryResponse(issuer, response))
  return metadata
}

const commands = {
  async discover() {
    return { metadata: await provider() }
  },

  async start({ params = {} }) {
    const as = await provider()
    const [state, nonce, verifier] = [oauth.generateRandomState(), oauth.generateRandomNonce(), oauth.generateRandomCodeVerifier()]
    const url = new URL(as.authorization_endpoint)
    const all = {
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...params,
    }
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value)
    pending.set(state, { nonce, verifier, maxAge: params.max_age === undefined ? undefined : Number(params.max_age) })
    return { url: url.href, state, nonce }
  },

  async callback({ url }) {
    const as = await provider()
    const state = new URL(url).searchParams.get('state')
    const { nonce, verifier, maxAge } = pending.get(state) ?? {}
    pending.delete(state)
    // A state this script never sent must fail in the library, not here.
    const parameters = oauth.validateAuthResponse(as, client, new URL(url), nonce ? state : 'never-sent')
    const response = await oauth.authorizationCodeGrantRequest(as, client, clientAuth, parameters, REDIRECT_URI, verifier, options())
    const expected = { expectedNonce: nonce, maxAge, requireIdToken: true }
    tokens = await oauth.processAuthorizationCodeResponse(as, client, response, expected)
    await oauth.validateApplicationLevelSignature(as, response, options())
    claims = oauth.getValidatedIdTokenClaims(tokens)
    return { tokens, claims }
  },

  async verify({ token }) {
    const jwt = token ?? tokens.access_token
    const request = new Request('https://api.example.com/', { headers: { authorization: `Bearer ${jwt}` } })
    const validated = await oauth.validateJwtAccessToken(await provider(), request, AUDIENCE, options())
    return { header: JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url').toString()), claims: validated }
  },

  async userinfo() {
    const as = await provider()
    const response = await oauth.userInfoRequest(as, client, tokens.access_token, options())
    return { claims: await oauth.processUserInfoResponse(as, client, claims.sub, response) }
  },

  async refresh({ token }) {
    const as = await provider()
    const response = await oauth.refreshTokenGrantRequest(as, client, clientAuth, token ?? tokens.refresh_token, options())
    const fresh = await oauth.processRefreshTokenResponse(as, client, response)
    tokens = { ...tokens, ...fresh }
    return { tokens: fresh }
  },

  async introspect({ token }) {
    const as = await provider()
    const response = await oauth.introspectionRequest(as, client, clientAuth, token ?? tokens.access_token, options())
    return { claims: await oauth.processIntrospectionResponse(as, client, response) }
  },

  async revoke({ token }) {
    const as = await provider()
    const response = await oauth.revocationRequest(as, client, clientAuth, token ?? tokens.refresh_token, options())
    await oauth.processRevocationResponse(response)
    return {}
  },

  async client_credentials({ params }) {
    const as = await provider()
    const response = await oauth.clientCredentialsGrantRequest(as, client, clientAuth, params, options())
    tokens = await oauth.processClientCredentialsResponse(as, client, response)
    return { tokens }
  },

  async logout({ post_logout_redirect_uri }) {
    const url = new URL((await provider()).end_session_endpoint)
    url.searchParams.set('id_token_hint', tokens.id_token)
    if (post_logout_redirect_uri) url.searchParams.set('post_logout_redirect_uri', post_logout_redirect_uri)
    return { url: url.href }
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
    if (error.cause instanceof Error) answer.description += `: ${error.cause.message}`
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
