// Signed out: on to the app when every frame has loaded, or when the patience for them is over.
const onward = document.querySelector('[data-onward]')
const go = () => location.replace(onward.href)
addEventListener('load', go)
setTimeout(go, 3000)
