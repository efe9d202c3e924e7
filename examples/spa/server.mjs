// Hands out the files of public/, and the settings of the app. Any web server can do that; this one needs nothing
// but Node. It never sees a token.
import { createServer } from 'node:http'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

if (existsSync('.env')) process.loadEnvFile('.env')

function required(name) {
  const value = process.env[name]
  if (value) return value
  console.error(`${name} is not set: copy .env.example to .env and fill it in`)
  process.exit(78)
}

const issuer = required('ISSUER').replace(/\/$/, '')
const settings = {
  issuer,
  clientId: required('CLIENT_ID'),
  scope: process.env.SCOPE || 'openid profile email offline_access',
}
const port = Number(process.env.PORT || 3000)
const host = process.env.HOST || '127.0.0.1'

const headers = {
  // Scripts of this app alone, which call this app and the provider alone: the rest of what keeps an access
  // token from a smuggled-in script.
  'content-security-policy': [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", 'img-src data:',
    `connect-src 'self' ${new URL(issuer).origin}`,
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
  ].join('; '),
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const file = (name, type) => async () => [type, await readFile(new URL(`public/${name}`, import.meta.url))]
const page = file('index.html', 'text/html; charset=utf-8')
// A table, and no path of a request that leads to a file.
const routes = {
  '/': page,
  '/callback': page,
  '/app.js': file('app.js', 'text/javascript; charset=utf-8'),
  '/oidc.js': file('oidc.js', 'text/javascript; charset=utf-8'),
  '/style.css': file('style.css', 'text/css; charset=utf-8'),
  '/settings.json': async () => ['application/json', JSON.stringify(settings)],
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://app')
  const answer = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined
  if (!answer || !['GET', 'HEAD'].includes(request.method)) {
    response.writeHead(answer ? 405 : 404, { ...headers, 'content-type': 'text/plain' }).end('There is nothing here.\n')
    return
  }
  const [type, body] = await answer()
  response.writeHead(200, { ...headers, 'content-type': type }).end(request.method === 'HEAD' ? undefined : body)
})

server.listen(port, host, () => console.log(`browser app example on ${process.env.BASE_URL || `http://localhost:${port}`}`))
