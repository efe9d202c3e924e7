// The HTML. Every value that comes from outside goes through `escape`.
const escape = (value) =>
  String(value).replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c])

const page = (title, body) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title></head>
<body><main><h1>${escape(title)}</h1>${body}</main></body>
</html>`

export const welcome = () => page('Express session example', '<p><a href="/login">Sign in</a></p>')

export const profile = (user, tokens) => page(`Hello ${user.name ?? user.preferred_username ?? user.sub}`, `
<table>
  <caption>What the provider told this app about you</caption>
  ${Object.entries(user).map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td id="claim-${escape(name)}">${
    escape(typeof value === 'object' ? JSON.stringify(value) : value)}</td></tr>`).join('\n  ')}
</table>
<p>Access token good until <time id="expires">${escape(new Date(tokens.expiresAt).toISOString())}</time>,
refreshed <span id="refreshes">${escape(tokens.refreshes)}</span> times.</p>
${tokens.refreshToken ? '<form method="post" action="/refresh"><button>Refresh</button></form>' : ''}
<form method="post" action="/logout"><button>Log out</button></form>`)

export const failed = (what, detail) => page(what, `<p>${escape(detail)}</p><p><a href="/">Back to the start</a></p>`)
