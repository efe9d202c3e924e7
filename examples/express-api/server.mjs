// An API that accepts access tokens: 401 without a valid one, 403 without the needed scope or role.
import express from 'express'
import { authenticate, requireRole, requireScope } from './bearer.mjs'
import { settings } from './settings.mjs'
import { signIn } from './sign-in.mjs'

const app = express()
app.disable('x-powered-by')

app.get('/api/me', authenticate, (req, res) => {
  const { sub, client_id, scope, roles } = req.token
  res.json({ sub, client_id, scope, roles })
})

app.get('/api/email', authenticate, requireScope('email'), (req, res) => res.json({ message: 'your app may read your email address' }))

app.get('/api/admin', authenticate, requireRole('admin'), (req, res) => res.json({ message: 'you are an admin' }))

// For trying it out only: a page that signs you in and shows the token.
if (settings.clientId && settings.clientSecret) app.use(signIn)

app.use((error, req, res, _next) => {
  console.error(error)
  const detail = error.error ? { error: error.error, error_description: error.error_description } : { error: 'server_error' }
  res.status(error.error ? 400 : 500).json(detail)
})

app.listen(settings.port, settings.host, (error) => {
  if (error) throw error
  console.log(`express-api example on ${settings.baseUrl}`)
})
