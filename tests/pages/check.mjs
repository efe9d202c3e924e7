// Opens pages in Chromium and holds them to axe (WCAG 2.2 A and AA, best practice), to the
// Content-Security-Policy, and to no overflow, in light and dark, at 1280, 390 and 320 px.
//
//   node check.mjs [options] DIRECTORY | URL...
//     --shots DIR      write screenshots (1280 and 390 px, light and dark)
//     --state FILE     Playwright storage state (cookies) for live pages
//     --forced         also check with forced colours
//     --diagonal       only light at 1280 px for English pages, dark at 320 px for those of other languages
//                      (NAME.LANGUAGE.html): quick, and still each scheme and both ends
//     --only WORD      only the pages whose name contains the word
//     --chromium PATH  the browser (default: CHROMIUM or /usr/bin/chromium)
//
// Prints one line for each fault and one for the sum; exits with 1 if there is any fault.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { mkdir, readFile, readdir, stat } from 'node:fs/promises'
import { join, normalize, extname } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'

const { values: options, positionals: targets } = parseArgs({
  allowPositionals: true,
  options: {
    shots: { type: 'string' },
    state: { type: 'string' },
    only: { type: 'string', default: '' },
    forced: { type: 'boolean', default: false },
    diagonal: { type: 'boolean', default: false },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})
if (!targets.length) {
  console.error('usage: node check.mjs [options] DIRECTORY | URL...')
  process.exit(2)
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' }
const policy = "default-src 'none'; script-src 'nonce-bm9uY2U'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// Those with a form that sends itself, and those with frames of apps, which are not there.
const leaving = /form_post|signed_out-(telling|hostile)/

/** Serves a directory of rendered pages on a loopback port, with the policy of the real server. */
async function serve(root) {
  const server = createServer(async (request, response) => {
    const path = join(root, normalize(new URL(request.url, 'http://localhost').pathname))
    try {
      const body = await readFile(path)
      // Pages that leave at once can be looked at without their script.
      const held = leaving.test(path) ? policy.replace("'nonce-bm9uY2U'", "'none'") : policy
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain', 'content-security-policy': held })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  return server
}

async function collect() {
  const pages = []
  const servers = []
  for (const target of targets) {
    if (/^https?:/.test(target)) {
      pages.push({ name: new URL(target).pathname.replaceAll('/', '_'), url: target })
      continue
    }
    if (!(await stat(target)).isDirectory()) throw new Error(`${target} is no directory`)
    const server = await serve(target)
    servers.push(server)
    for (const file of (await readdir(target)).filter((name) => name.endsWith('.html')).sort()) {
      pages.push({ name: file.slice(0, -5), url: `http://127.0.0.1:${server.address().port}/${file}` })
    }
  }
  return { pages: pages.filter(({ name }) => name.includes(options.only)), servers }
}

/** What the browser itself can measure: overflow, and controls that are too small to touch. */
function measure() {
  const faults = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) faults.push(`overflow by ${root.scrollWidth - root.clientWidth} px`)
  const visible = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1
  for (const element of document.querySelectorAll('button, .button, select, input:not([type=hidden], [type=radio], [type=checkbox])')) {
    const { width, height } = element.getBoundingClientRect()
    if (visible(element) && (height < 43.9 || width < 43.9)) faults.push(`control of ${width}x${height} px: ${element.outerHTML.slice(0, 80)}`)
  }
  for (const element of document.querySelectorAll('input, select, textarea')) {
    if (visible(element) && Number.parseFloat(getComputedStyle(element).fontSize) < 16) faults.push(`small text in ${element.id}`)
  }
  for (const element of document.querySelectorAll('main *')) {
    if (visible(element) && getComputedStyle(element).position !== 'absolute' && !element.closest('svg, pre')) {
      const { right, left } = element.getBoundingClientRect()
      if (right > innerWidth + 0.5 || left < -0.5) faults.push(`outside: ${element.outerHTML.slice(0, 80)}`)
    }
  }
  return faults
}

const { pages, servers } = await collect()
const browser = await chromium.launch({
  executablePath: options.chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
})
if (options.shots) await mkdir(options.shots, { recursive: true })

let runs = 0
let faults = 0
const looks = [{ colorScheme: 'light' }, { colorScheme: 'dark' }]
if (options.forced) looks.push({ colorScheme: 'light', forcedColors: 'active' }, { colorScheme: 'dark', forcedColors: 'active' })
for (const look of looks) {
  const diagonal = look.colorScheme === 'light' ? [1280] : [320]
  for (const width of options.diagonal ? diagonal : [1280, 390, 320]) {
    const label = `${look.colorScheme}${look.forcedColors ? '-forced' : ''} ${width}`
    // The policy forbids axe as an inline script too, so axe comes in by evaluate, which no policy stops.
    const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width, height: 844 }, storageState: options.state, ...look })
    const page = await context.newPage()
    let current = ''
    const fault = (what) => {
      faults += 1
      console.log(`${current} [${label}]: ${what}`)
    }
    page.on('console', (message) => {
      const text = message.text()
      const expected = leaving.test(current) && /script|frame/.test(text)
      if (message.type() === 'error' && !expected) fault(text)
    })
    page.on('pageerror', (error) => fault(error.message))
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(page.url() === 'about:blank' ? request.url() : page.url()).origin) fault(`asks for ${request.url()}`)
    })
    const chosen = options.diagonal ? pages.filter(({ name }) => name.includes('.') === (look.colorScheme === 'dark')) : pages
    for (const { name, url } of chosen) {
      current = name
      await page.goto(url, { waitUntil: 'load', timeout: 60_000 })
      for (const found of await page.evaluate(measure)) fault(found)
      await page.evaluate(axe)
      const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), tags)
      for (const { id, help, nodes } of violations) {
        fault(`${id}: ${help} (${nodes.map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ''}`).join(' | ')})`)
      }
      if (options.shots && width !== 320) {
        await page.screenshot({ path: join(options.shots, `${name}-${label.replace(' ', '-')}.png`), fullPage: true })
      }
      runs += 1
    }
    await context.close()
  }
}
await browser.close()
for (const server of servers) server.close()
console.log(`${pages.length} pages, ${runs} runs, ${faults} faults`)
process.exit(faults || !runs ? 1 : 0)
