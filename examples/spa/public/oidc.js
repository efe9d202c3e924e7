// OpenID Connect for an app without a server, and nothing about its page. The refresh token is in a cookie of
// the provider, which no script can read: neither this one nor one that somebody smuggled in. The access token
// is in memory alone, so a reload begins with a renewal.

const BEFORE_THE_END = 30_000 // milliseconds: a token is renewed so long before it ends
const HINT = 'signed-in' // whether a renewal is worth a try when the page is loaded; no secret

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)))
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const sha256 = (text) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))

export class SignInError extends Error {
  constructor(code, description) {
    super(description || code)
    this.code = code
  }
}

export class Oidc {
  #settings // { issuer, clientId, scope, redirectUri, afterSignOut }
  #metadata
  #tokens // { accessToken, idToken, expiresAt }
  #timer
  #others = new BroadcastChannel('oidc') // the other tabs of this app
  renewals = 0
  onChange = () => {}

  constructor(settings) {
    this.#settings = settings
    this.#others.onmessage = ({ data }) => data === 'signed-out' && this.#forget()
  }

  get expiresAt() {
    return this.#tokens && new Date(this.#tokens.expiresAt)
  }

  // Whether somebody is signed in: after the provider sent the browser back, and after a reload.
  async resume(address = new URL(location.href)) {
    if (address.searchParams.has('state')) await this.#finish(address.searchParams)
    else if (localStorage.getItem(HINT)) await this.renew().catch(this.#unlessOver)
    return Boolean(this.#tokens)
  }

  // Leaves this page for the provider's.
  async signIn() {
    const { authorization_endpoint: endpoint } = await this.#provider()
    const [state, nonce, verifier] = [random(), random(), random()]
    // For this tab alone, and only until it comes back.
    sessionStorage.setItem(`oidc.${state}`, JSON.stringify({ nonce, verifier }))
    const { clientId, scope, redirectUri } = this.#settings
    location.assign(`${endpoint}?${new URLSearchParams({
      client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope, state, nonce,
      code_challenge: base64url(await sha256(verifier)), code_challenge_method: 'S256',
    })}`)
  }

  // A fresh access token. The browser adds the cookie, and the provider answers with its successor. Tabs take
  // turns: they share the cookie, and each refresh token is good for one renewal.
  async renew() {
    await navigator.locks.request('oidc', async () => {
      this.#keep(await this.#call('token_endpoint', { grant_type: 'refresh_token' }))
      this.renewals += 1
    })
    this.onChange()
  }

  // One that is good for a while yet, for calls of an API.
  async accessToken() {
    if (!this.#tokens || this.#tokens.expiresAt - Date.now() < BEFORE_THE_END / 2) await this.renew()
    return this.#tokens.accessToken
  }

  async user() {
    const { userinfo_endpoint: endpoint } = await this.#provider()
    const answer = await fetch(endpoint, { headers: { authorization: `Bearer ${await this.accessToken()}` } })
    if (!answer.ok) throw new SignInError('userinfo', `The provider answered ${answer.status}.`)
    return answer.json()
  }

  // Ends the refresh token with its cookie, then leaves for the provider, where the sign-in itself ends.
  async signOut() {
    const idToken = this.#tokens?.idToken
    await navigator.locks.request('oidc', () => this.#call('revocation_endpoint', {})).catch(this.#unlessOver)
    this.#forget()
    this.#others.postMessage('signed-out')
    const { end_session_endpoint: endpoint } = await this.#provider()
    const { clientId, afterSignOut } = this.#settings
    location.assign(`${endpoint}?${new URLSearchParams({
      client_id: clientId, post_logout_redirect_uri: afterSignOut, ...(idToken && { id_token_hint: idToken }),
    })}`)
  }

  async #finish(answer) {
    const { issuer, redirectUri } = this.#settings
    const key = `oidc.${answer.get('state')}`
    const begun = JSON.parse(sessionStorage.getItem(key))
    sessionStorage.removeItem(key)
    if (!begun) throw new SignInError('state', 'This tab did not begin that sign-in, or it was finished already.')
    // RFC 9207: the answer is of the provider that was asked.
    if (answer.get('iss') !== issuer) throw new SignInError('iss', 'The answer is of another provider.')
    if (answer.has('error')) throw new SignInError(answer.get('error'), answer.get('error_description'))
    // In turn with renewals: the cookie that comes of this must be the last.
    const tokens = await navigator.locks.request('oidc', () => this.#call('token_endpoint', {
      grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: redirectUri, code_verifier: begun.verifier,
    }))
    this.#keep(tokens, begun.nonce)
    localStorage.setItem(HINT, '1')
  }

  // What the ID token says must be meant for us (OIDC Core §3.1.3.7). It came straight from the provider, whose
  // TLS stands for its signature.
  #keep({ access_token: accessToken, id_token: idToken, expires_in: seconds }, nonce) {
    const payload = idToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))))
    const { issuer, clientId } = this.#settings
    if (claims.iss !== issuer || claims.aud !== clientId || (nonce && claims.nonce !== nonce) || claims.exp * 1000 < Date.now()) {
      throw new SignInError('id_token', 'The ID token is not meant for this sign-in.')
    }
    const expiresAt = Date.now() + seconds * 1000
    this.#tokens = { accessToken, idToken, expiresAt }
    clearTimeout(this.#timer)
    // No sooner than in a second, however short a life the provider gives.
    const wait = Math.max(1_000, seconds * 1000 - BEFORE_THE_END)
    this.#timer = setTimeout(() => this.renew().catch(this.#unlessOver).catch(console.error), wait)
  }

  #forget() {
    clearTimeout(this.#timer)
    this.#tokens = undefined
    localStorage.removeItem(HINT)
    this.onChange()
  }

  // That the refresh token is over, or was never there, is no fault: nobody is signed in any more.
  #unlessOver = (error) => {
    if (error.code !== 'invalid_grant') throw error
    this.#forget()
  }

  async #call(endpoint, parameters) {
    const body = new URLSearchParams({ client_id: this.#settings.clientId, ...parameters })
    const { [endpoint]: address } = await this.#provider()
    // keepalive: where the page is left meanwhile, the browser still takes the new cookie of the answer.
    const answer = await fetch(address, { method: 'POST', body, credentials: 'include', keepalive: true })
    const said = answer.headers.get('content-type')?.startsWith('application/json') ? await answer.json() : {}
    if (!answer.ok) throw new SignInError(said.error ?? String(answer.status), said.error_description)
    return said
  }

  async #provider() {
    const { issuer } = this.#settings
    this.#metadata ??= fetch(`${issuer}/.well-known/openid-configuration`).then((answer) => answer.json())
    const metadata = await this.#metadata.catch((error) => {
      this.#metadata = undefined // a failed attempt is made again next time
      throw error
    })
    if (metadata.issuer !== issuer) throw new SignInError('issuer', 'That is another provider.')
    return metadata
  }
}
