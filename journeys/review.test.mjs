// The clerical review, as a clerk does it: a folder of made-up rows, decided by keyboard, with forms alone, on a phone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { barriers, DESK, overflow, PHONE, slips, TABLET } from './parts/pages.mjs';
import { picture, startBrowser } from './sen.mjs';
import { rowOf, SEN, sitDown, startReview } from './review/desk.mjs';
import { LONG_NAME, makeFolder } from './review/folder.mjs';

const ROWS = 30;
const browser = await startBrowser();
const folders = [];
const reviews = [];
after(async () => {
  await browser.close();
  for (const review of reviews) await review.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function begin(rows = ROWS) {
  const folder = makeFolder(rows);
  folders.push(folder);
  const review = await startReview(folder);
  reviews.push(review);
  return { folder, review };
}

const decisions = (folder) => (existsSync(join(folder, 'decisions.jsonl')) ? readFileSync(join(folder, 'decisions.jsonl'), 'utf8') : '').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const count = async (page, name) => Number(await page.locator(`[data-count=${name}]`).first().textContent());

/** Presses a key as a hand does, and waits until another row, or no row, is shown; gives the milliseconds. */
async function press(page, key) {
  const row = await rowOf(page);
  const began = performance.now();
  await page.keyboard.press(key);
  await page.waitForFunction((before) => document.querySelector('main').dataset.pair !== before, row ?? undefined, { polling: 'raf' });
  return performance.now() - began;
}

/** An answer without a browser: what another program on the machine would get. */
function ask(origin, path, { headers = {}, method = 'GET', body } = {}) {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('review', { timeout: 600_000 }, () => {
  test('only the browser that opened the link gets in', async () => {
    const { folder, review } = await begin(3);
    const page = await sitDown(browser, review);
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name.startsWith('sen-review-'));
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, 'Strict');
    const own = { cookie: `${cookie.name}=${cookie.value}` };

    assert.equal((await ask(review.origin, '/', { headers: own })).status, 200);
    const again = await ask(review.origin, new URL(review.url).pathname + new URL(review.url).search);
    assert.equal(again.status, 403, 'the link works once');
    assert.match(again.text, /POR0013/);
    for (const path of ['/', '/cap/2', '/quyet-dinh', '/export.csv']) {
      assert.equal((await ask(review.origin, path)).status, 403, `${path} without the cookie`);
      const rebound = await ask(review.origin, path, { headers: { ...own, host: `rebound.example:${new URL(review.origin).port}` } });
      assert.equal(rebound.status, 403, `${path} under another name`);
      assert.match((await ask(review.origin, path, { headers: own })).headers['cache-control'], /no-store/);
    }
    const form = { ...own, 'content-type': 'application/x-www-form-urlencoded' };
    const forged = await ask(review.origin, '/cap/2', { method: 'POST', headers: form, body: 'decision=not&seen=0' });
    assert.equal(forged.status, 403, 'a form without the token');
    const csrf = await page.goto(`${review.origin}/cap/2`).then(() => page.locator('[name=_csrf]').first().inputValue());
    const elsewhere = { ...form, origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' };
    const sent = await ask(review.origin, '/cap/2', { method: 'POST', headers: elsewhere, body: `_csrf=${csrf}&decision=not&seen=0` });
    assert.equal(sent.status, 403, 'a form of another program on this machine');
    assert.equal(decisions(folder).length, 0);

    const second = spawnSync(SEN, ['review', folder, '--json'], { encoding: 'utf8' });
    assert.notEqual(second.status, 0);
    assert.match(second.stderr, /MAT0504/);
    await page.context().close();
  });

  test(`${ROWS} rows with the keyboard alone`, async (t) => {
    const { folder, review } = await begin();
    const page = await sitDown(browser, review);
    await picture(page, 'review-1-list');
    await press(page, 'Enter');
    assert.equal(await page.locator('.sen-urgency').count(), 0);
    await picture(page, 'review-2-pair');

    // The first three: match, back to look, next again, undo, not, unsure.
    const first = await rowOf(page);
    await press(page, 'm');
    const second = await rowOf(page);
    assert.equal(await count(page, 'left'), ROWS - 1);
    await press(page, 'k');
    assert.equal(await rowOf(page), first, 'back shows the row that was decided');
    assert.match(await page.locator('.rv-standing').innerText(), /Khớp 0011900\d{5} Nguyễn Thị Sen/);
    await press(page, 'j');
    assert.equal(await rowOf(page), second);
    await Promise.all([page.waitForURL(new RegExp(`/cap/${first}$`)), page.keyboard.press('z')]);
    assert.equal(await page.locator('.rv-standing').count(), 0, 'taken back');
    assert.equal(await count(page, 'left'), ROWS);
    await press(page, 'n');
    await press(page, 'u');

    // A row with three candidates: the second one it is.
    while ((await page.locator('[data-person]').count()) === 0) await press(page, 'j');
    await page.keyboard.press('2');
    assert.ok(await page.locator('[data-section="2"]').isVisible());
    assert.ok(!(await page.locator('[data-section="1"]').isVisible()));
    await picture(page, 'review-3-candidates');
    const chosen = Number(await rowOf(page));
    await press(page, 'm');
    const lines = readFileSync(join(folder, 'review.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const expected = lines.find(({ row }) => row === chosen).candidates[1].personal_number;
    assert.equal(decisions(folder).at(-1).personal_number, expected);

    // The rest, as fast as the program lets one.
    const times = [];
    while (await rowOf(page)) times.push(await press(page, times.length % 3 ? 'm' : 'n'));
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.floor((times.length - 1) * share)].toFixed(0);
    t.diagnostic(`a decision by key, from the key to the next row: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms (${times.length} decisions)`);
    assert.ok(times[Math.floor(times.length / 2)] < 500, 'the program is not what a clerk waits for');
    await page.waitForURL((url) => url.pathname === '/');
    assert.match(await page.locator('main').innerText(), /Đã rà soát xong/);
    await picture(page, 'review-4-finished');
    const entries = decisions(folder);
    assert.equal(entries.length, ROWS + 2, '30 decisions, one of them taken back and taken again');
    assert.deepEqual(entries.slice(0, 3).map(({ decision, takes_back }) => [decision, takes_back]), [['match', undefined], ['undo', 1], ['not', undefined]]);
    assert.equal(new Set(entries.map(({ row }) => row)).size, ROWS);

    // What can be downloaded says the same.
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href="/export.csv"]')]);
    const table = readFileSync(await download.path(), 'utf8').trim().split('\n');
    assert.equal(table.length, ROWS + 1);
    assert.ok(table.some((line) => line.startsWith(`${chosen},match,${expected},`)));
    await page.context().close();
  });

  test('a key that stays down decides on one row only; keys can be switched off', async () => {
    const { folder, review } = await begin(6);
    const page = await sitDown(browser, review);
    await press(page, 'Enter');
    const row = await rowOf(page);
    await page.keyboard.down('m');
    for (let n = 0; n < 4; n += 1) await page.keyboard.down('m');
    await page.keyboard.up('m');
    await page.waitForFunction((before) => document.querySelector('main').dataset.pair !== before, row);
    await page.waitForLoadState('networkidle');
    assert.equal(decisions(folder).length, 1);
    await page.keyboard.press('?');
    await page.uncheck('#keys-on');
    await page.locator('h1').click();
    await page.keyboard.press('n');
    await page.reload();
    await page.keyboard.press('n');
    await page.waitForLoadState('networkidle');
    assert.equal(decisions(folder).length, 1);
    await page.context().close();
  });

  test('two windows: who comes second is told; a power cut loses nothing', async () => {
    const { folder, review } = await begin(6);
    const page = await sitDown(browser, review);
    const other = await page.context().newPage();
    await press(page, 'Enter');
    const row = await rowOf(page);
    await other.goto(`${review.origin}/cap/${row}`);
    await press(page, 'n');
    await other.keyboard.press('m');
    await other.waitForSelector('.rv-problem');
    assert.match(await other.locator('.rv-problem').innerText(), /vừa được quyết định ở cửa sổ khác/);
    assert.match(await other.locator('.rv-standing').innerText(), /Không khớp/);
    await picture(other, 'review-5-elsewhere');
    assert.equal(decisions(folder).length, 1);
    // Having seen it, one may decide otherwise.
    await press(other, 'm');
    assert.deepEqual(decisions(folder).map(({ decision }) => decision), ['not', 'match']);

    await review.kill();
    const after = await startReview(folder);
    reviews.push(after);
    assert.equal(after.left, 5);
    const third = await sitDown(browser, after);
    await third.goto(`${after.origin}/quyet-dinh`);
    await picture(third, 'review-6-decisions');
    await third.locator('tbody tr').first().getByRole('button').click();
    await third.waitForLoadState();
    assert.match(await third.locator('tbody').innerText(), /Hoàn tác quyết định số 2/);
    await third.goto(`${after.origin}/cap/${row}`);
    assert.match(await third.locator('.rv-standing').innerText(), /Không khớp/, 'what held before holds again');
    await page.context().close();
    await third.context().close();
  });

  test('with forms alone', async () => {
    const { folder, review } = await begin(7);
    const page = await sitDown(browser, review, { javaScriptEnabled: false });
    await page.selectOption('#thu-tu', 'row');
    await page.locator('.sen-filter button').click();
    await page.locator('[data-begin]').click();
    assert.equal(await rowOf(page), '2');
    await page.locator('[data-person="3"]').click();
    assert.ok(await page.locator('[data-section="3"]').isVisible());
    await page.locator('button[value=match]').click();
    assert.equal(await rowOf(page), '5', 'the next row in the order that was chosen');
    const [line] = readFileSync(join(folder, 'review.jsonl'), 'utf8').split('\n');
    assert.equal(decisions(folder)[0].personal_number, JSON.parse(line).candidates[2].personal_number);
    await page.locator('button[value=unsure]').click();
    await page.locator('[data-undo] button').click();
    assert.equal(await rowOf(page), '5');
    await page.locator('a[rel=prev]').click();
    await page.locator('.rv-standing button').click();
    assert.deepEqual(decisions(folder).map(({ decision }) => decision), ['match', 'unsure', 'undo', 'undo']);
    await picture(page, 'review-7-no-script');
    await page.context().close();
  });

  test('a real cleaning: reviewed, written into the result, taken out again, weights estimated anew', async () => {
    const home = mkdtempSync(join(tmpdir(), 'sen-cleaned-'));
    folders.push(home);
    const [register, file, out] = ['register.parquet', 'file.csv', 'out'].map((name) => join(home, name));
    const sen = (...args) => {
      const ran = spawnSync(SEN, args, { encoding: 'utf8' });
      assert.equal(ran.status, 0, `sen ${args[0]}: ${ran.stderr}`);
      return ran.stdout;
    };
    sen('synth', '--people', '3000', '--seed', '7', '--out', register, '--corrupt', file, '--corrupt-rows', '1500', '--corrupt-level', 'hard');
    // Nearly everything that is not certain goes to the clerk, so that there is something to do.
    sen('clean', file, '--register', register, '--out', out, '--yes', '--threshold', '0.9999', '--review', '0.005', '--json');
    const result = () => readFileSync(join(out, 'result.csv'), 'utf8');
    const cleaned = result();
    const lines = readFileSync(join(out, 'review.jsonl'), 'utf8').trim().split('\n').length;
    assert.ok(lines >= 10, `${lines} rows to review`);

    const review = await startReview(out);
    assert.equal(review.left, lines);
    const page = await sitDown(browser, review);
    await press(page, 'Enter');
    for (const key of ['m', 'n', 'u', 'm', 'm', 'n']) await press(page, key);
    await picture(page, 'review-8-real');
    await page.context().close();
    await review.stop();

    const { applied } = JSON.parse(sen('review', out, '--apply', '--json'));
    assert.deepEqual(applied, { matched: 3, not: 2, open: lines - 5 });
    const rows = new Map(result().trim().split('\r\n').map((line) => [line.split(',')[0], line]));
    for (const { row, decision, personal_number } of decisions(out)) {
      const [, status, number] = rows.get(String(row)).split(',');
      const expected = { match: ['match', personal_number], not: ['none', ''], unsure: ['review', ''] }[decision];
      assert.deepEqual([status, number], expected, `row ${row}`);
    }
    const again = await startReview(out);
    const undoing = await sitDown(browser, again);
    await undoing.goto(`${again.origin}/quyet-dinh`);
    for (let n = 0; n < 6; n += 1) {
      await Promise.all([undoing.waitForEvent('framenavigated'), undoing.locator('tbody button').first().click()]);
      await undoing.waitForLoadState();
    }
    assert.equal(await undoing.locator('tbody button').count(), 0);
    await undoing.context().close();
    await again.stop();
    sen('review', out, '--apply');
    assert.equal(result(), cleaned, 'taken back, the result is as the cleaning left it');
    const { weights } = JSON.parse(sen('review', out, '--reestimate', '--json'));
    sen('clean', file, '--register', register, '--out', join(home, 'second'), '--yes', '--weights', weights, '--json');
  });

  test('looked at: both languages, axe, a phone, letters twice as large', async () => {
    const { review } = await begin();
    const page = await sitDown(browser, review);
    const wrong = [];
    const pages = { list: '/', pair: '/cap/2', 'pair-one': '/cap/5', none: '/?xem=unsure', decisions: '/quyet-dinh', nowhere: '/khong-co' };
    await page.goto(`${review.origin}/cap/8`);
    await press(page, 'u');
    for (const [name, path] of Object.entries(pages)) {
      for (const lang of ['vi', 'en']) {
        const note = (where) => (what) => wrong.push(`${name} (${lang})${where}: ${what}`);
        await page.setViewportSize(DESK);
        await page.goto(`${review.origin}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
        assert.equal(await page.locator('html').getAttribute('lang'), lang);
        if (name.startsWith('pair')) await page.keyboard.press('?');
        (await barriers(page)).forEach(note(''));
        slips(await page.locator('main').innerText(), lang).forEach(note(''));
        for (const [size, width] of [[TABLET, 768], [PHONE, 360]]) {
          await page.setViewportSize(size);
          (await overflow(page)).forEach(note(` at ${width}`));
          await picture(page, `review-look-${name}-${lang}-${width}`);
        }
        await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
        (await overflow(page)).forEach(note(' at 360 with 200 % text'));
      }
    }
    await page.setViewportSize(PHONE);
    await page.goto(`${review.origin}/cap/2?lang=vi`);
    assert.match(await page.locator('main').innerText(), new RegExp(LONG_NAME));
    assert.deepEqual(wrong, []);
    await page.context().close();
  });
});
