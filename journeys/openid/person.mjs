// What a person does on the provider's pages: signs in, agrees or refuses.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser, responseOf, words } from './browser.mjs';
import { oneTimeCode } from '../code.mjs';

/** Steps of one-time codes that were used, one empty file for each, for every process of one run: each code works once. */
const STEPS = process.env.SEN_OPENID_STEPS ?? mkdtempSync(join(tmpdir(), 'sen-steps-'));
const nameOf = (secret) => createHash('sha256').update(secret).digest('hex').slice(0, 16);
const lastUsed = (secret) => Math.max(0, ...readdirSync(STEPS).filter((name) => name.startsWith(nameOf(secret))).map((name) => Number(name.split('-')[1])));

/** A code of this secret that was not used yet; waits where the phone would not show it yet either. */
export async function freshCode(secret) {
  const step = () => Math.floor(Date.now() / 30000);
  for (let wanted = Math.max(step(), lastUsed(secret) + 1); ; wanted += 1) {
    try { writeFileSync(join(STEPS, `${nameOf(secret)}-${wanted}`), '', { flag: 'wx' }); } catch { continue; }
    while (wanted > step() + 1) await new Promise((resolve) => setTimeout(resolve, 200));
    return oneTimeCode(secret, wanted * 30000);
  }
}

/** Of these accounts the one whose next code is nearest. */
export const rested = (accounts) => [...accounts].sort((a, b) => lastUsed(a.totp_secret) - lastUsed(b.totp_secret))[0];

const isSignIn = (form) => form.fields.some((field) => field.type === 'password');
const REFUSES = /^(refuse|cancel|deny|tu-choi|khong)/i;

/** Fills one page in. `typed` goes over what a person of good will would type. */
export async function fill(browser, page, { who, allow = true, typed = {} } = {}) {
  const forms = page.forms.filter((form) => form.method === 'POST' && form.action.origin === browser.origin);
  const signIn = forms.find(isSignIn);
  if (signIn) {
    if (!who) throw new Error(`nobody to sign in at ${page.url}`);
    const known = Object.fromEntries(['login', 'password'].filter((name) => signIn.has(name)).map((name) => [name, who[name]]));
    if (signIn.has('code')) known.code = await freshCode(who.totp_secret);
    return browser.submit(signIn, { ...known, ...typed });
  }
  const code = forms.find((form) => form.has('code') && form.mark !== 'language');
  if (code) return browser.submit(code, { code: await freshCode(who.totp_secret), ...typed });
  const consent = forms.find((form) => form.mark === 'consent') ?? forms.find((form) => form.buttons.some((b) => REFUSES.test(b.value)));
  if (consent) {
    const button = consent.buttons.find((b) => REFUSES.test(b.value) !== allow) ?? consent.buttons[0];
    // What is optional is offered unticked: a person of good will gives it all.
    const offered = consent.fields.filter((field) => field.type === 'checkbox');
    const ticked = Object.fromEntries(offered.map(({ name }) => [name, offered.filter((field) => field.name === name).map((field) => field.value)]));
    return browser.submit(consent, { ...ticked, ...typed }, button);
  }
  // Nothing to fill in and one way on; never by the button that signs out.
  const [onward, ...more] = forms.filter((form) => !/dang-xuat/.test(form.action.pathname) && form.fields.every((field) => field.type === 'hidden'));
  if (onward && !more.length && page.status === 200) return browser.submit(onward);
  throw new Error(`a page that asks for nothing known: ${page.status} at ${page.url}\n${words(page.text)}`);
}

/** Opens an authorization request and goes on until the provider sends the browser away. */
export async function answer(browser, url, options = {}) {
  let page = await browser.go(url, options.how);
  const seen = [];
  while (!page.away) {
    if (seen.length > 5) throw new Error(`pages without end: ${seen.join(', ')}\n${words(page.text)}`);
    if (page.status >= 400) throw Object.assign(new Error(`refused: ${page.status} at ${page.url}\n${words(page.text)}`), { page });
    seen.push(page.url.pathname);
    page = await fill(browser, page, options);
  }
  return { page, seen, params: responseOf(page) };
}

/** A browser in which this person is signed in at the provider, as from its front page. */
export async function signedIn(origin, who) {
  const browser = new Browser(origin);
  const page = await browser.go('/dang-nhap');
  // Another provider, such as the benchmark's yardstick, has no such page: there one signs in on the way.
  if (page.status === 404) return browser;
  const after = await fill(browser, page, { who });
  if (after.status !== 200 || after.forms.some(isSignIn)) throw new Error(`not signed in: ${after.status} ${words(after.text)}`);
  return browser;
}

/** Where the provider's own pages are. */
const USER_CODE = '/ma-thiet-bi';
const ASKED = '/tai-khoan/yeu-cau';

/** At a device's request: types the code in, and answers. */
export async function enterUserCode(browser, address, userCode, { who, allow = true } = {}) {
  let page = await browser.go(address ?? USER_CODE);
  for (let n = 0; n < 6; n += 1) {
    const enter = page.forms.find((form) => form.has('user_code') && form.fields.find((f) => f.name === 'user_code').type !== 'hidden');
    if (enter) page = await browser.submit(enter, { user_code: userCode });
    else if (page.forms.some((form) => form.mark === 'consent' || isSignIn(form) || form.buttons.some((b) => REFUSES.test(b.value)))) page = await fill(browser, page, { who, allow });
    else return page;
  }
  throw new Error(`the device's request does not end: ${words(page.text)}`);
}

/** Answers what a counter or a call centre asked of the person who is signed in. */
export async function answerAsked(browser, { message, allow = true }) {
  const list = await browser.go(ASKED);
  const links = [...list.text.matchAll(/href="([^"]+)"/g)].map(([, href]) => new URL(href.replaceAll('&#x2f;', '/'), list.url).pathname);
  for (const path of [ASKED, ...new Set(links.filter((path) => path.startsWith(`${ASKED}/`)))]) {
    const page = await browser.go(path);
    const form = page.forms.find((one) => one.method === 'POST' && page.text.includes(message) && one.buttons.some((b) => REFUSES.test(b.value)));
    if (form) return browser.submit(form, {}, form.buttons.find((b) => REFUSES.test(b.value) !== allow));
  }
  throw new Error(`nothing is asked with ${message}: ${words(list.text)}`);
}

/** Leads a browser to the end-session end-point and, where a page asks, says yes. */
export async function logOut(browser, endpoint, params = {}, { confirm = true } = {}) {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  const page = await browser.go(url);
  const question = page.forms.find((form) => form.method === 'POST' && form.action.pathname === url.pathname)
    ?? page.forms.find((form) => form.method === 'POST' && form.buttons.some((button) => button.value === 'dang-xuat'));
  if (!confirm || page.away || !question) return page;
  return browser.submit(question, {}, question.buttons.find((button) => button.value === 'dang-xuat') ?? question.buttons[0]);
}

/** What an administrator does with a client: `approve` or `suspend`. */
export async function decide(browser, clientId, what) {
  const page = await browser.go('/quan-tri/ben-thu-ba');
  const form = page.forms.find((one) => one.fields.some((field) => field.name === 'client' && field.value === clientId));
  if (!form) throw new Error(`no client ${clientId} on the administrator's page: ${page.status} ${words(page.text)}`);
  const wanted = { approve: 'duyet', suspend: 'dung' }[what];
  const button = form.buttons.find((one) => one.value === wanted);
  if (!button) throw new Error(`${clientId} cannot be made to ${what}`);
  const after = await browser.submit(form, {}, button);
  if (after.status !== 200) throw new Error(`${what} ${clientId}: ${after.status} ${words(after.text)}`);
}

/** An administrator has the signing keys changed. */
export async function rotateKeys(browser) {
  const page = await browser.go('/quan-tri/ben-thu-ba');
  const after = await browser.submit(page.forms.find((form) => form.action.pathname === '/quan-tri/khoa-ky'));
  if (after.status !== 200) throw new Error(`the keys were not changed: ${after.status} ${words(after.text)}`);
}
