// The smallest sign-in that gets a token for trying the API: it keeps nothing but one short-lived cookie.
import { Router } from 'express'
import * as oidc from 'openid-client'
import { settings } from './settings.mjs'

const escape = (value) =>
  String(value).replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c])
const page = (title, body) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title></head>
<body><main><h1>${escape(title)}</h1>${body}</main></body>
</html>`

const provider = () => oidc.discovery(
  new URL(settings.issuer),
  settings.clientId,
  { client_secret: settings.clientSecret },
  oidc.ClientSecretBasic(settings.clientSecret),
  { execute: settings.loopback ? [oidc.allowInsecureRequests] : [] },
)
const cookie = { httpOnly: true, sameSite: 'lax', path: '/callback', secure: settings.baseUrl.startsWith('https:'), maxAge: 600_000 }

export const signIn = Router()

signIn.get('/', (req, res) => res.send(page('Express API example', '<p><a href="/login">Sign in</a> to get an access token.</p>')))

signIn.get('/login', async (req, res) => {
  const [state, nonce, codeVerifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
  const url = oidc.buildAuthorizationUrl(await provider(), {
    redirect_uri: `${settings.baseUrl}/callback`,
    scope: settings.scope,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(settings.resource && { resource: settings.resource }),
  })
  res.cookie('api_sign_in', [state, nonce, codeVerifier].join('.'), cookie).redirect(303, url.href)
})

signIn.get('/callback', async (req, res) => {
  const [, value] = /(?:^|; )api_sign_in=([\w.-]+)/.exec(req.get('cookie') ?? '') ?? []
  if (!value) return res.status(400).send(page('Sign-in not finished', '<p>This browser did not start it.</p>'))
  const [expectedState, expectedNonce, pkceCodeVerifier] = value.split('.')
  const tokens = await oidc.authorizationCodeGrant(
    await provider(),
    new URL(req.originalUrl, settings.baseUrl),
    { expectedState, expectedNonce, pkceCodeVerifier, idTokenExpected: true },
    settings.resource && { resource: settings.resource },
  )
  res.clearCookie('api_sign_in', { path: '/callback' }).set('Cache-Control', 'no-store').send(page(`Signed in as ${tokens.claims().sub}`, `
<p><label for="token">Your access token, good for ${escape(tokens.expiresIn())} seconds</label></p>
<textarea id="token" readonly rows="8" cols="80">${escape(tokens.access_token)}</textarea>
<pre>curl -H "Authorization: Bearer $TOKEN" ${escape(settings.baseUrl)}/api/me</pre>`))
})
