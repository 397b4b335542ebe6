// Passkeys: the one thing here that needs JavaScript, because browsers offer WebAuthn to scripts only.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

async function send (path, body, csrf) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  if (csrf) headers['x-csrf-token'] = csrf
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin' })
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.json()
}

async function register (csrf, name) {
  const { state, options } = await send('/tai-khoan/bao-mat/khoa-truy-cap/bat-dau', { name }, csrf)
  const wanted = options.publicKey
  wanted.challenge = bytes(wanted.challenge)
  wanted.user.id = bytes(wanted.user.id)
  for (const known of wanted.excludeCredentials ?? []) known.id = bytes(known.id)
  const made = await navigator.credentials.create({ publicKey: wanted })
  const { attestationObject, clientDataJSON } = made.response
  const transports = made.response.getTransports?.() ?? []
  const credential = { id: made.id, rawId: text(made.rawId), type: made.type, extensions: made.getClientExtensionResults(), response: { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON), transports } }
  return send('/tai-khoan/bao-mat/khoa-truy-cap', { state, name, credential }, csrf)
}

async function prove (begin, finish, body, csrf) {
  const { state, options } = await send(begin, body, csrf)
  const wanted = options.publicKey
  wanted.challenge = bytes(wanted.challenge)
  for (const known of wanted.allowCredentials ?? []) known.id = bytes(known.id)
  const given = await navigator.credentials.get({ publicKey: wanted })
  const { authenticatorData, clientDataJSON, signature, userHandle } = given.response
  const credential = { id: given.id, rawId: text(given.rawId), type: given.type, extensions: given.getClientExtensionResults(), response: { authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature), userHandle: userHandle ? text(userHandle) : null } }
  return send(finish, { ...body, state, credential }, csrf)
}

const deeds = {
  register: (button) => register(button.dataset.csrf, document.getElementById('passkey-name').value.trim()),
  'sign-in': (button) => prove('/dang-nhap/khoa-truy-cap/bat-dau', '/dang-nhap/khoa-truy-cap', { login: document.getElementById('login')?.value.trim() || null, next: button.dataset.next }, button.dataset.csrf),
  confirm: (button) => prove('/dang-nhap/them/khoa-truy-cap/bat-dau', '/dang-nhap/them/khoa-truy-cap', { next: button.dataset.next }, button.dataset.csrf)
}

// A browser knows passkeys only of sites that have a name: not of an address of numbers.
const named = !/^[\d.]+$|^\[/.test(window.location.hostname)
if (window.PublicKeyCredential && named) {
  document.querySelectorAll('[data-passkey-form]').forEach((form) => { form.hidden = false })
  for (const button of document.querySelectorAll('[data-passkey]')) {
    button.hidden = false
    const failed = button.parentElement.querySelector('[data-passkey-error]')
    button.addEventListener('click', async () => {
      button.disabled = true
      if (failed) failed.hidden = true
      try {
        const answer = await deeds[button.dataset.passkey](button)
        window.location.assign(answer.next || button.dataset.next)
      } catch {
        if (failed) failed.hidden = false
        button.disabled = false
      }
    })
  }
}
