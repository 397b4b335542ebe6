// The clerk's keys. Improvements only: every page works without this file.
import { initAll } from './vendor/govuk.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

const KEYS = 'sen-review-keys'
const main = () => document.querySelector('main')
const keysOn = () => localStorage.getItem(KEYS) !== 'off'
const says = (text) => { document.getElementById('rv-says').textContent = text }

// The page that comes next is fetched while the clerk looks at this one: its address → a promise of its text.
const fetched = new Map()

function fetchPage(address) {
  if (!fetched.has(address)) {
    if (fetched.size > 8) fetched.clear()
    const text = fetch(address, { headers: { accept: 'text/html' } }).then((answer) => answer.ok ? answer.text() : null)
    fetched.set(address, text.catch(() => null))
  }
  return fetched.get(address)
}

const fetchNext = () => { if (main().dataset.next) fetchPage(main().dataset.next) }

/** Shows the page of that address, fetched before where it was. */
async function show(address, { remember = true } = {}) {
  const text = await fetchPage(address)
  fetched.delete(address)
  const page = text && new DOMParser().parseFromString(text, 'text/html')
  const next = page?.querySelector('main[data-pair]')
  if (!next) { location.assign(address); return false }
  if (remember) history.pushState({}, '', address)
  document.title = page.title
  main().replaceWith(document.adoptNode(next))
  window.scrollTo(0, 0)
  begin()
  return true
}

function choose(number) {
  const link = document.querySelector(`[data-person="${number}"]`)
  if (!link) return
  for (const other of document.querySelectorAll('[data-person]')) other.toggleAttribute('aria-current', false)
  link.setAttribute('aria-current', 'true')
  for (const section of document.querySelectorAll('[data-section]')) section.hidden = section.dataset.section !== String(number)
  document.querySelector('[data-chosen]').value = number
  says(document.getElementById(`h-${number}`).textContent)
}

/** What the answer to a decision says goes onto the page that was fetched before the decision. */
function bringUpToDate(answer) {
  const number = new Intl.NumberFormat(document.documentElement.lang === 'vi' ? 'vi-VN' : 'en-GB')
  for (const element of document.querySelectorAll('[data-count]')) {
    const count = answer.progress[element.dataset.count]
    if (count !== null && count !== undefined) {
      element.textContent = number.format(count)
      element.closest('[hidden]')?.removeAttribute('hidden')
    }
  }
  const undo = document.querySelector('[data-undo]')
  if (!undo) return
  undo.hidden = false
  undo.querySelector('[name=seq]').value = answer.seq
  undo.querySelector('[data-undo-row]').textContent = answer.row
  for (const deed of undo.querySelectorAll('[data-undo-deed]')) deed.hidden = deed.dataset.undoDeed !== answer.deed
}

let busy = false

/** Sends a decision; the next page is shown once the answer says that it is on disk. */
async function decide(form, decision) {
  if (busy) return
  busy = true
  document.body.classList.add('rv-wait')
  const said = form.querySelector(`button[value=${decision}]`)?.firstChild.textContent.trim()
  try {
    const body = new URLSearchParams(new FormData(form))
    body.set('decision', decision)
    const address = form.getAttribute('action')
    const reply = await fetch(address, { method: 'POST', headers: { accept: 'application/json' }, body })
    if (!reply.ok) {
      // Sent as a form, the answer is a page that says what is wrong.
      const button = form.querySelector(`button[value=${decision}]`)
      form.dataset.plain = '1'
      form.requestSubmit(button)
      return
    }
    const answer = await reply.json()
    if (await show(answer.next)) {
      bringUpToDate(answer)
      says(`${said}. ${document.querySelector('h1').textContent}`)
    }
  } catch {
    location.reload()
  } finally {
    busy = false
    document.body.classList.remove('rv-wait')
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!form.matches('[data-decide]') || form.dataset.plain || !event.submitter) return
  event.preventDefault()
  decide(form, event.submitter.value)
})

document.addEventListener('click', (event) => {
  const person = event.target.closest('[data-person]')
  if (!person || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  choose(person.dataset.person)
})

document.addEventListener('change', (event) => {
  if (event.target.id === 'keys-on') localStorage.setItem(KEYS, event.target.checked ? 'on' : 'off')
})

function walk(to) {
  if (to && !busy) show(to)
}

document.addEventListener('keydown', (event) => {
  const own = event.target.closest('a, button, summary')
  if (event.target.closest('input:not([type=checkbox]), textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return
  // A key that stays down must not decide on a row that nobody has seen.
  if (event.repeat || !keysOn()) return
  const key = event.key.toLowerCase()
  const begin = document.querySelector('[data-begin]')
  if (begin && key === 'enter' && !own) { begin.click(); return }
  const form = document.querySelector('[data-decide]')
  if (!form) return
  const deeds = { m: 'match', n: 'not', u: 'unsure' }
  if (key === 'enter' && !own) {
    event.preventDefault()
    if (form.querySelector('[value=match]')) decide(form, 'match')
  } else if (deeds[key]) {
    event.preventDefault()
    if (form.querySelector(`[value=${deeds[key]}]`)) decide(form, deeds[key])
  } else if (['1', '2', '3'].includes(key)) {
    choose(key)
  } else if (key === 'j' || key === 'arrowright') {
    walk(main().dataset.next)
  } else if (key === 'k' || key === 'arrowleft') {
    walk(main().dataset.previous)
  } else if (key === 'z') {
    const undo = document.querySelector('[data-undo]')
    if (undo && !undo.hidden && !busy) { busy = true; undo.requestSubmit() }
  } else if (key === '?') {
    const help = document.querySelector('[data-help]')
    help.open = !help.open
    if (help.open) help.querySelector('summary').focus()
  }
})

// Back and forward of the browser, and pages that it kept: what is shown must be as it is now.
window.addEventListener('popstate', () => location.reload())
window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })

/** What each page of a row needs, whether it was loaded or put in. */
function begin() {
  if (!main().dataset.pair) return
  const keys = document.querySelector('[data-keys-switch]')
  keys.hidden = false
  keys.querySelector('input').checked = keysOn()
  fetchNext()
}

begin()
