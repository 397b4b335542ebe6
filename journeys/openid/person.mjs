// What a person does on the provider's pages: signs in, agrees or refuses.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser, responseOf, words } from './browser.mjs';
import { oneTimeCode } from '../code.mjs';

/** Steps of one-time codes that were used, for every process of one run: each code works once. */
const STEPS = process.env.SEN_OPENID_STEPS ?? join(mkdtempSync(join(tmpdir(), 'sen-steps-')), 'steps.json');

function used() {
  try { return JSON.parse(readFileSync(STEPS, 'utf8')); } catch { return {}; }
}

/** A code of this secret that was not used yet; waits where the phone would not show it yet either. */
export async function freshCode(secret) {
  const step = () => Math.floor(Date.now() / 30000);
  const wanted = Math.max(step(), (used()[secret] ?? 0) + 1);
  while (wanted > step() + 1) await new Promise((resolve) => setTimeout(resolve, 200));
  writeFileSync(STEPS, JSON.stringify({ ...used(), [secret]: wanted }));
  return oneTimeCode(secret, wanted * 30000);
}

/** Of these accounts the one whose next code is nearest. */
export function rested(accounts) {
  const steps = used();
  return [...accounts].sort((a, b) => (steps[a.totp_secret] ?? 0) - (steps[b.totp_secret] ?? 0))[0];
}

const isSignIn = (form) => form.fields.some((field) => field.type === 'password');
const REFUSES = /^(refuse|cancel|deny|tu-choi|khong)/i;

/** Fills one page in. `typed` goes over what a person of good will would type. */
export async function fill(browser, page, { who, allow = true, typed = {} } = {}) {
  const forms = page.forms.filter((form) => form.method === 'POST' && form.action.origin === browser.origin);
  const signIn = forms.find(isSignIn);
  if (signIn) {
    if (!who) throw new Error(`nobody to sign in at ${page.url}`);
    const known = { login: who.login, password: who.password };
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
  // Nothing to fill in, one way on.
  const onward = forms.find((form) => form.fields.every((field) => field.type === 'hidden'));
  if (onward && page.status === 200) return browser.submit(onward);
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
