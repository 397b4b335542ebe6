// Improvements only: every page works without this file.
import { initAll } from './vendor/govuk.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

// A button pressed twice files once: the second press waits.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.dataset.sent) { event.preventDefault(); return }
  if (form.method === 'post') { form.dataset.sent = '1'; setTimeout(() => { delete form.dataset.sent }, 4000) }
})

// Coming back by the browser's own button must not leave the forms locked.
window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((form) => { delete form.dataset.sent }))

// Another province: ask for its communes at once instead of waiting for the button.
document.querySelectorAll('select[data-submits]').forEach((select) => {
  select.addEventListener('change', () => {
    const button = document.getElementById(select.dataset.submits)
    if (button) button.click()
  })
})

document.querySelectorAll('[data-print]').forEach((button) => {
  button.hidden = false
  button.addEventListener('click', () => window.print())
})

// Officers' keys: j and k walk the list, / goes to the filter. Never while somebody writes.
document.addEventListener('keydown', (event) => {
  const writing = event.target.closest('input, textarea, select, [contenteditable]')
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return
  const links = [...document.querySelectorAll('[data-row]')]
  if (event.key === '/' && document.querySelector('[data-find]')) {
    event.preventDefault()
    document.querySelector('[data-find]').focus()
  }
  if (links.length && (event.key === 'j' || event.key === 'k')) {
    const at = links.indexOf(document.activeElement)
    const next = event.key === 'j' ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0)
    links[next].focus()
  }
  const keyed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
  if (keyed) {
    event.preventDefault()
    if (keyed.tagName === 'DETAILS') { keyed.open = true; keyed.querySelector('summary').focus() } else { keyed.focus() }
  }
})

// An answer that goes to another site as a form: pressed for whoever has scripts.
document.querySelector('form[data-away] button')?.click()
