// Answers "client_id session_state" with unchanged, changed or error (OIDC Session Management 3.2).
// Several people can be signed in here; each session has a value of its own.
const held = () => /(?:^|; )__Host-lk_bs=([\w.-]+)(?:;|$)/.exec(document.cookie)?.[1].split('.') ?? []
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

async function judge(asked, origin) {
  const [, client, hash, salt] = /^([\x21-\x7e]+) ([\w-]{43})\.([\w-]{22})$/.exec(asked) ?? []
  if (!client || origin === 'null') return 'error'
  for (const state of held()) {
    const text = `${client} ${origin} ${state} ${salt}`
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    if (base64url(digest) === hash) return 'unchanged'
  }
  return 'changed'
}

addEventListener('message', async ({ data, origin, source }) => {
  if (!source || source === window) return
  const answer = await judge(typeof data === 'string' ? data : '', origin).catch(() => 'error')
  source.postMessage(answer, origin === 'null' ? '*' : origin)
})
