// Settings from the environment and from .env (the environment wins).
import { existsSync } from 'node:fs'

if (existsSync('.env')) process.loadEnvFile('.env')

function required(name) {
  const value = process.env[name]
  if (value) return value
  console.error(`${name} is not set: copy .env.example to .env and fill it in`)
  process.exit(78)
}

const port = Number(process.env.PORT || 3001)
const issuer = required('ISSUER')

export const settings = {
  issuer,
  // Plain http is for trying things on your own machine only.
  loopback: ['localhost', '127.0.0.1', '[::1]'].includes(new URL(issuer).hostname),
  audience: process.env.AUDIENCE || issuer,
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
  host: process.env.HOST || '127.0.0.1',
  port,
  baseUrl: (process.env.BASE_URL || `http://localhost:${port}`).replace(/\/$/, ''),
  scope: process.env.SCOPE || 'openid profile email',
  // Sent as `resource` (RFC 8707) when the provider issues tokens per API.
  resource: process.env.RESOURCE,
}
