// The page: what is shown, and which button does what.
import { Oidc } from './oidc.js'

const part = (id) => document.getElementById(id)
const settings = await (await fetch('/settings.json')).json()
const oidc = new Oidc({
  ...settings,
  redirectUri: `${location.origin}/callback`,
  afterSignOut: `${location.origin}/`,
})

let shown = 0

async function show() {
  const turn = ++shown
  const until = oidc.expiresAt
  let user
  try {
    user = until && await oidc.user()
  } catch (error) {
    if (turn === shown) throw error
  }
  // Something changed meanwhile (another tab signed out): that is shown already.
  if (turn !== shown) return
  part('title').textContent = user ? `Hello ${user.name ?? user.preferred_username ?? user.sub}` : 'Browser app example'
  part('claims').replaceChildren(...Object.entries(user ?? {}).map(([name, value]) => row(name, value)))
  part('expires').textContent = until?.toISOString() ?? ''
  part('renewals').textContent = oidc.renewals
  part('waiting').hidden = true
  part('in').hidden = !user
  part('out').hidden = Boolean(user)
}

function row(name, value) {
  const [tr, th, td] = ['tr', 'th', 'td'].map((tag) => document.createElement(tag))
  th.scope = 'row'
  th.textContent = name
  td.id = `claim-${name}`
  td.textContent = typeof value === 'object' ? JSON.stringify(value) : value
  tr.append(th, td)
  return tr
}

// Says what went wrong, in the provider's words where it has some.
async function trying(work) {
  part('error').hidden = true
  try {
    await work()
  } catch (error) {
    part('error').textContent = error.message
    part('error').hidden = false
    part('waiting').hidden = true
    part('out').hidden = !part('in').hidden
  }
}

oidc.onChange = () => trying(show)
part('sign-in').onclick = () => trying(() => oidc.signIn())
part('renew').onclick = () => trying(() => oidc.renew())
part('sign-out').onclick = () => trying(() => oidc.signOut())

await trying(async () => {
  const here = new URL(location.href)
  // What the provider sent along stays in no history and no address that is copied.
  if (here.pathname === '/callback') history.replaceState(null, '', '/')
  await oidc.resume(here)
  await show()
})
