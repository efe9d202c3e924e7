// Express middleware for JWT access tokens (RFC 9068) in the Authorization header (RFC 6750).
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { settings } from './settings.mjs'

const outages = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']
let verifier

// The key set is found through discovery, cached, and fetched again when a token names a new key.
async function keys() {
  verifier ??= discoverKeys().catch((error) => {
    verifier = undefined
    throw error
  })
  return verifier
}

async function discoverKeys() {
  const issuer = settings.issuer.replace(/\/$/, '')
  if (!issuer.startsWith('https:') && !settings.loopback) throw new Error('ISSUER must be https')
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) })
  if (!answer.ok) throw new Error(`discovery answered ${answer.status}`)
  const metadata = await answer.json()
  if (metadata.issuer !== settings.issuer) throw new Error(`${settings.issuer} calls itself ${metadata.issuer}`)
  return createRemoteJWKSet(new URL(metadata.jwks_uri))
}

// RFC 6750 section 3: say in WWW-Authenticate what is missing.
function refuse(res, status, error, description, more = {}) {
  const parameters = { realm: 'api', error, error_description: description, ...more }
  const challenge = Object.entries(parameters).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${value}"`).join(', ')
  res.status(status).set('WWW-Authenticate', `Bearer ${challenge}`).json({ error: error ?? 'unauthorized', error_description: description })
}

// 401 unless the request carries a good access token; its claims are in `req.token` afterwards.
export async function authenticate(req, res, next) {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(req.get('authorization') ?? '') ?? []
  // No token at all: no error code (RFC 6750 section 3.1).
  if (!token) return refuse(res, 401)
  try {
    const { payload } = await jwtVerify(token, await keys(), {
      issuer: settings.issuer,
      audience: settings.audience,
      typ: 'at+jwt', // an ID token is not an access token
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
    })
    req.token = payload
  } catch (error) {
    // A provider that cannot be reached is our trouble (500), not a bad token.
    if (!(error instanceof errors.JOSEError) || outages.includes(error.code)) throw error
    return refuse(res, 401, 'invalid_token', error.code === 'ERR_JWT_EXPIRED' ? 'the access token has expired' : 'the access token is not valid here')
  }
  next()
}

// 403 insufficient_scope unless the token was given this scope.
export const requireScope = (scope) => (req, res, next) => {
  if ((req.token.scope ?? '').split(' ').includes(scope)) return next()
  refuse(res, 403, 'insufficient_scope', `this needs the scope ${scope}`, { scope })
}

// 403 unless the person has this role. Scope is what the app may do, a role what the person may do.
export const requireRole = (role) => (req, res, next) => {
  const { roles } = req.token
  if (Array.isArray(roles) && roles.includes(role)) return next()
  refuse(res, 403, 'insufficient_scope', `this needs the role ${role}`)
}
