// What a mother and an officer do on the pages, as a person would: by what they see.
import assert from 'node:assert/strict';
import { picture, reloadUntil } from './sen.mjs';

export const BIRTH = '3.000722';

/** `/khai/3.000722/tre?ban=…` → `tre`. */
export const pageOf = (url) => new URL(url).pathname.split('/').pop();

/** The one button that goes on; waits for the page that follows. */
export async function goOn(page) {
  const button = page.locator('.sen-actions button[name=_lam][value=tiep]');
  await Promise.all([page.waitForEvent('framenavigated'), button.click()]);
  await page.waitForLoadState();
}

/** Walks the form to its review. `at[id]` does what is special on the page of that id; `names` are the children's. */
export async function fillBirth(page, url, { names, at = {}, pictures }) {
  // Who has begun goes on; anybody else begins.
  if (!page.url().includes(`/khai/${BIRTH}/`)) await page.goto(`${url}/khai/${BIRTH}`);
  for (let n = 0; pageOf(page.url()) !== 'xem-lai'; n += 1) {
    assert.ok(n < 12, `the form does not end: ${page.url()}`);
    const id = pageOf(page.url());
    for (const [child, name] of names.entries()) {
      const field = page.locator(`input[name="/children/${child}/full_name"]`);
      if (await field.count()) await field.fill(name);
    }
    await at[id]?.(page);
    if (pictures) await picture(page, `${pictures}-${n + 1}-${id}`);
    await goOn(page);
    if (pageOf(page.url()) === id) {
      const said = await page.locator('.govuk-error-summary').allInnerTexts();
      throw new Error(`the page ${id} was not accepted: ${said.join(' ') || (await page.locator('main').innerText())}`);
    }
  }
}

/** Files what is under review; gives the dossier's page and its code. */
export async function file(page) {
  await Promise.all([page.waitForURL(/\/toi\/ho-so\/[^/]+/), page.click('form[action*="/nop"] button[type=submit]')]);
  const path = new URL(page.url()).pathname;
  const code = (await page.locator('.govuk-panel .sen-number').innerText()).trim();
  assert.match(code, /^G22\.99\.08-\d{6}-\d{7}$/);
  return { path, code };
}

/** Fills, reviews and files. */
export async function fileBirth(page, url, options) {
  await fillBirth(page, url, options);
  if (options.pictures) await picture(page, `${options.pictures}-9-review`);
  return file(page);
}

/** Opens, from the inbox, the task of this dossier that `row` matches. */
export async function openTask(page, url, code, row = /./) {
  await page.goto(`${url}/can-bo?ma=${code}`);
  const line = () => page.locator('table tbody tr').filter({ hasText: row }).first();
  await reloadUntil(page, async () => (await line().count()) > 0, `a task ${row} of ${code} in the inbox`);
  await line().locator('a[data-row]').click();
  await page.waitForURL(/\/can-bo\/viec\//);
}

/** Opens one of the decisions, whatever is open already. */
export async function choose(page, key) {
  const details = page.locator(`details[data-key=${key}]`);
  if (!(await details.evaluate((element) => element.open))) await details.locator('summary').click();
  return details;
}

async function send(page, details, decision) {
  await Promise.all([
    page.waitForURL(/\/can-bo\?xong=/),
    details.locator(`button[name=decision][value=${decision}]`).click(),
  ]);
}

export async function approve(page) {
  await send(page, await choose(page, 'd'), 'approve');
}

export async function refuse(page, reason) {
  const details = await choose(page, 'x');
  await details.locator('textarea[name=reason]').fill(reason);
  await send(page, details, 'refuse');
}

/** Takes the task in where it is new, looks at it beside the registers, and approves. */
export async function workOn(page, url, code, row, name) {
  await openTask(page, url, code, row);
  const rows = await page.locator('.sen-compare tbody tr').count();
  assert.ok(rows > 0, 'the dossier stands beside what the registers say');
  if (name) await picture(page, name);
  await approve(page);
}

/** Waits on the dossier's page until what it says matches. */
export async function dossierSays(page, url, path, says, what) {
  await page.goto(`${url}${path}`);
  await reloadUntil(page, async () => says.test(await page.locator('main').innerText()), what);
}
