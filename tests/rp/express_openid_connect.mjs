// An Express app on express-openid-connect, over https. Settings come from the environment: PORT, BASE_URL, ISSUER,
// CLIENT_ID, CLIENT_SECRET, TLS_CERTIFICATE, TLS_KEY; RESPONSE_TYPE (absent: what the package does by itself).
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import express from 'express'
import openid from 'express-openid-connect'

const { PORT, BASE_URL, ISSUER, CLIENT_ID, CLIENT_SECRET, RESPONSE_TYPE, TLS_CERTIFICATE, TLS_KEY } = process.env
const app = express()
app.use(
  openid.auth({
    issuerBaseURL: ISSUER,
    baseURL: BASE_URL,
    clientID: CLIENT_ID,
    ...(CLIENT_SECRET && { clientSecret: CLIENT_SECRET }),
    secret: randomBytes(32).toString('hex'),
    authRequired: false,
    idpLogout: true,
    httpTimeout: 60_000,
    ...(RESPONSE_TYPE && { authorizationParams: { response_type: RESPONSE_TYPE, scope: 'openid profile email' } }),
  }),
)
app.get('/', (request, response) => {
  const who = request.oidc.isAuthenticated() ? `Signed in: ${request.oidc.user.sub}` : 'Signed out'
  response.type('text').send(who)
})
app.get('/profile', openid.requiresAuth(), async (request, response) => {
  const userinfo = request.oidc.accessToken ? await request.oidc.fetchUserInfo() : null
  response.json({ claims: request.oidc.idTokenClaims, userinfo })
})
app.use((error, _request, response, _next) => {
  console.error(error)
  response.status(error.status ?? 500).type('text').send(`Error: ${error.message}`)
})
createServer({ cert: readFileSync(TLS_CERTIFICATE), key: readFileSync(TLS_KEY) }, app).listen(PORT, '127.0.0.1')
