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

// Suggestions while somebody types. The form finds the same without them.
document.querySelectorAll('form[data-suggest]').forEach((form) => {
  const field = form.querySelector('input[type="search"]')
  const place = form.querySelector('[data-suggestions]')
  let wait
  let asked = 0
  const close = () => { asked += 1; place.replaceChildren() }
  field.addEventListener('input', () => {
    clearTimeout(wait)
    if (field.value.trim().length < 2) { close(); return }
    wait = setTimeout(async () => {
      const mine = asked += 1
      try {
        const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams(new FormData(form))}`)
        if (answer.ok && mine === asked) {
          const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
          if (mine === asked) place.replaceChildren(...page.body.childNodes)
        }
      } catch { close() }
    }, 120)
  })
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { close(); field.focus() }
    const links = [field, ...place.querySelectorAll('a')]
    const at = links.indexOf(document.activeElement)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && at >= 0 && links.length > 1) {
      event.preventDefault()
      links[(at + step + links.length) % links.length].focus()
    }
  })
  document.addEventListener('click', (event) => { if (!form.contains(event.target)) close() })
})
