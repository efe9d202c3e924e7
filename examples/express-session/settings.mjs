// Settings from the environment and from .env (the environment wins).
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'

if (existsSync('.env')) process.loadEnvFile('.env')

function required(name) {
  const value = process.env[name]
  if (value) return value
  console.error(`${name} is not set: copy .env.example to .env and fill it in`)
  process.exit(78)
}

const port = Number(process.env.PORT || 3000)

export const settings = {
  issuer: new URL(required('ISSUER')),
  clientId: required('CLIENT_ID'),
  clientSecret: required('CLIENT_SECRET'),
  host: process.env.HOST || '127.0.0.1',
  port,
  baseUrl: (process.env.BASE_URL || `http://localhost:${port}`).replace(/\/$/, ''),
  scope: process.env.SCOPE || 'openid profile email offline_access',
  sessionSecret: process.env.SESSION_SECRET || randomBytes(32).toString('hex'),
}
