// Starts `sen review` over a folder, and opens its link in a browser.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export const SEN = process.env.SEN ?? 'target/debug/sen';

/** A running review: `url` of its link, `left`, `kill()` as a power cut would, `stop()`. */
export async function startReview(folder, args = []) {
  const child = spawn(SEN, ['review', folder, '--json', '--clerk', 'Nguyễn Thị Sen', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const ready = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    exited.then((code) => reject(new Error(`sen review ended with ${code}: ${said.join('\n')}`)));
  });
  const end = (signal) => async () => {
    child.kill(signal);
    await exited;
  };
  return { ...ready, origin: new URL(ready.url).origin, kill: end('SIGKILL'), stop: end('SIGINT') };
}

/** A clerk's browser that opened the link. */
export async function sitDown(browser, review, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'vi-VN', ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await page.goto(review.url);
  if (options.javaScriptEnabled === false) await page.goto(review.origin);
  await page.waitForURL((url) => url.pathname === '/');
  return page;
}

/** The number of the row that is shown. */
export const rowOf = (page) => page.locator('main').getAttribute('data-pair');
