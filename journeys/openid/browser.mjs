// A person's browser without a screen and without JavaScript: cookies, redirects, forms. It follows the provider's own
// redirects and stops at the first address elsewhere: there the relying party's part begins.

import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });
/** One HTTP exchange. Not `fetch`: that calls itself a script (`Sec-Fetch-Mode: cors`), and pages treat it as one. */
function exchange(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) }, agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.once('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString('utf8') }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const unescapeHtml = (text) => text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name) => {
  if (/^#x/i.test(name)) return String.fromCodePoint(parseInt(name.slice(2), 16));
  if (name[0] === '#') return String.fromCodePoint(Number(name.slice(1)));
  return ENTITIES[name] ?? whole;
});

function attributes(tag) {
  const found = {};
  for (const [, name, , double, single, bare] of tag.matchAll(/([^\s"'<>/=]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    found[name.toLowerCase()] ??= unescapeHtml(double ?? single ?? bare ?? '');
  }
  return found;
}

/** The forms of a page: where they go, what they would send, and which buttons they have. */
export function formsOf(html, base) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, body]) => {
    const own = attributes(head);
    const fields = [];
    const buttons = [];
    for (const [, tag, rest] of body.matchAll(/<(input|button|textarea|select)\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi)) {
      const a = attributes(rest);
      const type = (a.type ?? (tag.toLowerCase() === 'button' ? 'submit' : 'text')).toLowerCase();
      if ('disabled' in a) continue;
      if (type === 'submit' || tag.toLowerCase() === 'button') buttons.push({ name: a.name, value: a.value ?? '', action: a.formaction });
      else if (a.name) fields.push({ name: a.name, type, value: a.value ?? (type === 'checkbox' ? 'on' : ''), checked: 'checked' in a });
    }
    return {
      action: new URL(own.action ?? base, base), method: (own.method ?? 'get').toUpperCase(), mark: own['data-form'] ?? own.id,
      fields, buttons, body,
      has: (name) => fields.some((field) => field.name === name),
    };
  });
}

export class Browser {
  /** @param origin the provider's: what is elsewhere is never asked. */
  constructor(origin, { agent = 'sen-journeys/1', language = 'en' } = {}) {
    this.origin = new URL(origin).origin;
    this.headers = { 'user-agent': agent, 'accept-language': language, accept: 'text/html,*/*;q=0.5' };
    this.cookies = new Map();
  }

  /** One request, no redirect followed. `from: 'elsewhere'` is what a page of another website makes a browser send. */
  async once(url, { method = 'GET', fields, headers = {}, from = 'here' } = {}) {
    const to = new URL(url, this.origin);
    if (to.origin !== this.origin) throw new Error(`a browser that was let loose: ${to}`);
    const site = from === 'here'
      ? { 'sec-fetch-site': method === 'GET' ? 'none' : 'same-origin', ...(method === 'GET' ? {} : { origin: this.origin }) }
      : { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example', referer: 'https://evil.example/' };
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await exchange(to, {
      method,
      headers: {
        ...this.headers, ...site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...(cookie && { cookie }),
        ...(fields !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers,
      },
      body: fields === undefined ? undefined : `${new URLSearchParams(fields)}`,
    });
    for (const line of response.headers['set-cookie'] ?? []) {
      const [pair, ...rest] = line.split(';');
      const at = pair.indexOf('=');
      const gone = rest.some((part) => /^\s*max-age=0\s*$/i.test(part)
        || (/^\s*expires=/i.test(part) && new Date(part.split('=')[1]) < new Date()));
      if (gone) this.cookies.delete(pair.slice(0, at).trim());
      else this.cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1));
    }
    const { status, text, headers: got } = response;
    return { url: to, status, headers: got, text, to: got.location && new URL(got.location, to), forms: formsOf(text, to) };
  }

  /** Follows the provider's own redirects. The page then has `away` where it leads elsewhere. */
  async go(url, options = {}) {
    let page = await this.once(url, options);
    for (let n = 0; page.to; n += 1) {
      if (n > 12) throw new Error(`redirects without end at ${page.url}`);
      if (page.to.origin !== this.origin) return { ...page, away: page.to };
      page = await this.once(page.to);
    }
    // A page that leads elsewhere by itself: a policy on where forms may lead forbids the redirect in a browser.
    const onward = /<a\b[^>]*\bid="away"[^>]*>/i.exec(page.text);
    if (onward) {
      const href = new URL(attributes(onward[0].slice(2, -1)).href, page.url);
      if (href.origin !== this.origin) return { ...page, away: href };
    }
    // A page that posts itself elsewhere (response_mode=form_post).
    const post = page.forms.find((form) => form.action.origin !== this.origin && form.method === 'POST');
    if (post) return { ...page, away: post.action, fields: new URLSearchParams(post.fields.map((f) => [f.name, f.value])) };
    return page;
  }

  /** Sends a form as a person would: its own fields, with what was typed, by one of its buttons. */
  submit(form, typed = {}, button = form.buttons[0]) {
    const fields = new URLSearchParams();
    for (const field of form.fields) {
      const toggled = field.type === 'checkbox' || field.type === 'radio';
      if (field.name in typed && !toggled) continue;
      if (!toggled || (typed[field.name] === undefined ? field.checked : [typed[field.name]].flat().includes(field.value))) {
        fields.append(field.name, field.value);
      }
    }
    for (const [name, value] of Object.entries(typed)) {
      if (!form.fields.some((f) => f.name === name && (f.type === 'checkbox' || f.type === 'radio'))) fields.append(name, value);
    }
    if (button?.name) fields.append(button.name, button.value);
    const action = button?.action ? new URL(button.action, form.action) : form.action;
    if (form.method === 'GET') return this.go(new URL(`?${fields}`, action));
    return this.go(action, { method: 'POST', fields });
  }

  /** The same cookies, in another window that goes its own way from here. */
  copy() {
    const other = new Browser(this.origin);
    other.headers = this.headers;
    other.cookies = new Map(this.cookies);
    return other;
  }
}

/** What the relying party gets: the parameters of an authorization response, by whichever way it came. */
export function responseOf(page) {
  if (!page.away) throw new Error(`no answer for the relying party: ${page.status} at ${page.url}\n${words(page.text)}`);
  if (page.fields) return page.fields;
  return page.away.hash.length > 1 ? new URLSearchParams(page.away.hash.slice(1)) : page.away.searchParams;
}

/** The words of a page, for messages. */
export const words = (html) => unescapeHtml(html.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, '').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ').trim().slice(0, 600);
