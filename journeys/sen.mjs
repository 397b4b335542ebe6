// Starts a demo of its own for the journeys, and gives browser pages for its people.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, chmodSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { oneTimeCode } from './code.mjs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const SCREENSHOTS = process.env.SCREENSHOTS ?? 'screenshots';
mkdirSync(SCREENSHOTS, { recursive: true });

/** A running demo: `url`, `accounts` by name, its `data` folder, `stop()`. SEN_RUNNING names a file with what a demo that is running
 * already printed with --json: for writing journeys, which then find what earlier ones left. */
export async function startDemo({ people = 300 } = {}) {
  if (process.env.SEN_RUNNING) {
    return { ...JSON.parse(readFileSync(process.env.SEN_RUNNING, 'utf8')), async stop() {} };
  }
  const data = mkdtempSync(join(tmpdir(), 'sen-journey-'));
  chmodSync(data, 0o755);
  const child = spawn(process.env.SEN ?? 'target/debug/sen',
    ['demo', '--data', data, '--port', '0', '--people', String(people), '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const ready = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const event = JSON.parse(line);
      if (event.url) resolve(event);
    });
    exited.then((code) => reject(new Error(`the demo ended with ${code} before it was ready`)));
  });
  return {
    ...ready,
    data,
    async stop() {
      child.kill('SIGINT');
      await exited;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export async function startBrowser() {
  if (!CHROMIUM) throw new Error('Chromium is missing: run scripts/setup.sh test');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** Codes that were shown, by secret: each works once, so the next sign-in of that account shows the next one. */
const lastStep = new Map();

async function freshCode(secret) {
  const step = () => Math.floor(Date.now() / 30000);
  const wanted = Math.max(step(), (lastStep.get(secret) ?? 0) + 1);
  // One step ahead is accepted; further ahead the phone does not show it yet either.
  while (wanted > step() + 1) await new Promise((resolve) => setTimeout(resolve, 250));
  lastStep.set(secret, wanted);
  return oneTimeCode(secret, wanted * 30000);
}

/** A fresh browser for one person, signed in. */
export async function signIn(browser, demo, who, options = {}) {
  const account = demo.accounts[who];
  if (!account) throw new Error(`the demo has no account ${who}`);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, locale: 'vi-VN', ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(`${demo.url}/dang-nhap`);
  await page.fill('input[name=login]', account.login);
  await page.fill('input[name=password]', account.password);
  await page.fill('input[name=code]', await freshCode(account.totp_secret));
  await Promise.all([
    page.waitForURL((url) => !url.pathname.startsWith('/dang-nhap')),
    page.click('form[data-form=sign-in] button[type=submit]'),
  ]);
  return page;
}

/** A demo, a browser, and one signed-in page for each person who is asked for. */
export async function open() {
  const [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  const pages = new Map();
  return {
    demo,
    browser,
    url: demo.url,
    /** The page of a person of the demo: signed in the first time, the same one after. */
    person(who) {
      if (!pages.has(who)) pages.set(who, signIn(browser, demo, who));
      return pages.get(who);
    },
    /** Steps that build on each other: after one that fails the rest is skipped, unless they stand `alone`; a picture
     * of everybody's page is kept. */
    story({ alone = false } = {}) {
      let broken;
      return (name, step) => test(name, async (t) => {
        if (broken && !alone) return t.skip(`after “${broken}”`);
        try {
          await step(t);
        } catch (error) {
          broken = name;
          for (const [who, page] of pages) await picture(await page, `failed-${who}`).catch(() => {});
          throw error;
        }
      });
    },
    async close() {
      await browser.close();
      await demo.stop();
    },
  };
}

/** Keeps a picture of the whole page as a test artefact. */
export async function picture(page, name) {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** Loads the page again, as a person waiting would, until `ready` holds or the patience runs out. */
export async function reloadUntil(page, ready, what, patience_ms = 30000) {
  const deadline = Date.now() + patience_ms;
  for (;;) {
    if (await ready(page)) return;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what} at ${page.url()}`);
    await page.waitForTimeout(250);
    await page.reload();
  }
}
