// An Express app that signs people in with OpenID Connect and then keeps its own session.
import express from 'express'
import session from 'express-session'
import * as pages from './pages.mjs'
import { settings } from './settings.mjs'
import * as signIn from './sign-in.mjs'

const app = express()
app.disable('x-powered-by')
// Behind a proxy that terminates TLS this lets the Secure cookie be set.
if (settings.baseUrl.startsWith('https:')) app.set('trust proxy', 1)
app.use(session({
  name: 'app_sid',
  secret: settings.sessionSecret,
  resave: false,
  saveUninitialized: false,
  // Lax: the cookie comes along when the provider sends the browser back, but not with a foreign form.
  cookie: { httpOnly: true, sameSite: 'lax', secure: settings.baseUrl.startsWith('https:') },
  // The default store is in memory: one process, gone at restart. Put your own store here.
}))

app.get('/', (req, res) => {
  const { user, tokens } = req.session
  res.send(user ? pages.profile(user, tokens) : pages.welcome())
})

app.get('/login', async (req, res) => {
  const { url, remembered } = await signIn.start()
  // One entry per attempt, so that two tabs do not disturb each other; the last five are kept.
  const pending = Object.entries(req.session.pending ?? {}).slice(-4)
  req.session.pending = Object.fromEntries([...pending, [remembered.state, remembered]])
  res.redirect(303, url)
})

app.get('/callback', async (req, res) => {
  const remembered = (req.session.pending ?? {})[req.query.state]
  if (!remembered) return res.status(400).send(pages.failed('Sign-in not finished', 'This browser did not start it, or it was finished already.'))
  delete req.session.pending[remembered.state]
  const signedIn = await signIn.finish(new URL(req.originalUrl, settings.baseUrl), remembered)
  const { pending } = req.session // what other tabs have begun
  await renewSession(req)
  Object.assign(req.session, signedIn, { pending })
  res.redirect(303, '/')
})

app.post('/refresh', async (req, res) => {
  const { tokens } = req.session
  if (!tokens?.refreshToken) return res.redirect(303, '/')
  req.session.tokens = await signIn.refresh(tokens)
  res.redirect(303, '/')
})

app.post('/logout', async (req, res) => {
  const { tokens } = req.session
  await renewSession(req)
  res.redirect(303, tokens ? await signIn.endSessionUrl(tokens) : '/')
})

// A new session id at every change of who is signed in (no session fixation).
function renewSession(req) {
  return new Promise((resolve, reject) => req.session.regenerate((error) => (error ? reject(error) : resolve())))
}

// Errors of the provider carry the standard `error` and `error_description`; the stack stays in the log.
app.use((error, req, res, _next) => {
  console.error(error)
  const detail = error.error ? `${error.error}: ${error.error_description ?? ''}` : 'See the log of this app.'
  res.status(error.error ? 400 : 502).send(pages.failed('Sign-in failed', detail))
})

app.listen(settings.port, settings.host, (error) => {
  if (error) throw error
  console.log(`express-session example on ${settings.baseUrl}`)
})
