// Comfort only: every page works without this.
for (const button of document.querySelectorAll('[data-show]')) {
  const field = document.getElementById(button.dataset.show)
  const [show, hide, showLabel] = [button.textContent, button.dataset.hide, button.ariaLabel]
  const turn = (visible) => {
    field.type = visible ? 'text' : 'password'
    button.textContent = visible ? hide : show
    button.ariaLabel = visible ? button.dataset.hideLabel : showLabel
  }
  button.hidden = false
  button.addEventListener('click', () => turn(field.type === 'password'))
  // A password shown as text must not end up in the browser's list of typed words.
  field.form.addEventListener('submit', () => turn(false))
}

const copies = navigator.clipboard ? document.querySelectorAll('[data-copy]') : []
if (copies.length) {
  const status = document.createElement('p')
  status.role = 'status'
  status.className = 'sr'
  document.querySelector('main').append(status)
  for (const button of copies) {
    const label = button.textContent
    button.hidden = false
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
      button.textContent = status.textContent = button.dataset.done
      setTimeout(() => { button.textContent = label; status.textContent = '' }, 2000)
    })
  }
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => print())
}
