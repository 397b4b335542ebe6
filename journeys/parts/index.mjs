// A leader finds the commune that is latest, goes on to a dossier and assigns; its officers answer; a mother rates, and
// the figure moves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dossierSays, fileBirth, workOn } from '../deeds.mjs';
import { picture, reloadUntil } from '../sen.mjs';
import { sound } from './pages.mjs';

/** A component's two counts on the page of a body: `6.5` → [numerator, denominator]. */
async function counted(page, component) {
  await page.locator('.sen-index-group').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
  const row = page.locator('.sen-index-group tbody tr').filter({ has: page.locator(`th:text-matches("^${component} ")`) });
  const text = (await row.locator('td').first().innerText()).split('\n')[0];
  return text.split('/').map((part) => Number(part.replace(/\D/g, '')));
}

export default function index(world) {
  const step = world.story();
  let dossier;

  step('anybody sees the ranking', async () => {
    const page = await (await world.browser.newContext({ locale: 'vi-VN', javaScriptEnabled: true, acceptDownloads: true })).newPage();
    await page.goto(`${world.url}/chi-so`);
    // Right after the start the figures are still being counted.
    await reloadUntil(page, async () => await page.locator('.sen-index-map g[class^=is-]').count() === 34, 'the map');
    assert.ok(await page.locator('#ranking').count(), 'there is a ranking');
    assert.equal(await page.locator('a[href*="/ho-so"]').count(), 0, 'no dossier is open to the public');
    await sound(page, 'index-public');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href^="/chi-so/bang.csv"]').click()]);
    const table = readFileSync(await download.path(), 'utf8');
    assert.ok(table.startsWith('\ufeffbody,name,period') && table.split('\r\n').length > 50);
    const closed = await page.goto(`${world.url}/dieu-hanh/chi-so`);
    assert.ok(closed.url().includes('/dang-nhap'), 'leaders’ pages ask who one is');
    await page.context().close();
  });

  step('a leader finds the commune that is latest, and a dossier, and assigns', async () => {
    const page = await world.person('national-leader');
    await page.goto(`${world.url}/dieu-hanh/chi-so`);
    await sound(page, 'index-country');
    await Promise.all([page.waitForURL(/don-vi=commune/), page.locator('table[class*=sen-table]').first().locator('tbody tr').first().locator('a').click()]);
    await sound(page, 'index-commune');
    await Promise.all([page.waitForURL(/co=overdue/), page.locator('.sen-tiles .is-late a').click()]);
    await sound(page, 'index-late');
    await Promise.all([page.waitForURL(/ho-so\/[0-9a-f-]{36}/), page.locator('table tbody tr').first().locator('a').click()]);
    await sound(page, 'index-dossier');
    await page.fill('#note', 'Báo cáo lý do chậm và trả kết quả trong hai ngày.');
    await Promise.all([page.waitForURL(/xong=giao/), page.locator('main form button[type=submit]').click()]);
    await picture(page, 'index-assigned');
    assert.match(await page.locator('main').innerText(), /Báo cáo lý do chậm/);
    assert.match(await page.locator('main').innerText(), /Chưa trả lời/);
  });

  step('what a body is scored by can be taken home and computed again', async () => {
    const page = await world.person('national-leader');
    await page.goto(`${world.url}/dieu-hanh/chi-so`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href*="minh-chung"]').click()]);
    const path = join(mkdtempSync(join(tmpdir(), 'sen-evidence-')), 'evidence.jsonl');
    await download.saveAs(path);
    const said = execFileSync(process.env.SEN ?? 'target/debug/sen', ['indicator', 'recompute', path, '--json'], { maxBuffer: 1 << 26 });
    const again = JSON.parse(said);
    assert.ok(again.same && again.facts[0] > 500, 'the same to the last digit');
    await page.reload();
    const shown = (await page.locator('.sen-tiles b').first().innerText()).replace(',', '.');
    assert.equal(again.score.total, shown);
  });

  step('a leader of one commune sees the figures of all, and the dossiers of the own', async () => {
    const page = await world.person('leader');
    await page.goto(`${world.url}/dieu-hanh/chi-so`);
    assert.equal(await page.locator('a[href*="/ho-so?"]').count(), 0);
    const refused = await page.goto(`${world.url}/dieu-hanh/chi-so/ho-so?co=overdue`);
    assert.equal(refused.status(), 403);
    const evidence = await page.goto(`${world.url}/dieu-hanh/chi-so/minh-chung`);
    assert.equal(evidence.status(), 403);
  });

  step('a mother rates once after the result, and the figure moves', async () => {
    const page = await world.person('unmarried-mother');
    dossier = await fileBirth(page, world.url, {
      names: ['Lê Gia Bảo'],
      at: { noi: async () => {} },
    });
    await workOn(await world.person('civil-status-officer'), world.url, dossier.code, /Đăng ký khai sinh/);
    const police = await world.person('police-officer');
    await workOn(police, world.url, dossier.code, /Đăng ký thường trú/);
    await workOn(await world.person('insurance-officer'), world.url, dossier.code, /Cấp thẻ bảo hiểm y tế/);
    await workOn(police, world.url, dossier.code, /Cấp thẻ căn cước/);
    await dossierSays(page, world.url, dossier.path, /Hồ sơ đã xong\. Anh\/Chị có hài lòng/, 'she may rate');
    await picture(page, 'index-rate-invited');
    const leader = await world.person('leader');
    const own = await leaderOwn(leader, world.url);
    await leader.goto(own);
    const before = await counted(leader, '6.5');
    await page.locator('a[href$="/danh-gia"]').click();
    await page.waitForURL(/danh-gia/);
    await page.locator('main form button[type=submit]').click();
    await page.waitForSelector('.govuk-error-summary');
    await page.goto(`${world.url}${dossier.path}/danh-gia`);
    await sound(page, 'index-rating');
    await page.getByLabel('Không hài lòng').check();
    await page.fill('#comment', 'Phải chờ hơi lâu ở công an phường.');
    await Promise.all([page.waitForURL(/xong=danh-gia/), page.locator('main form button[type=submit]').click()]);
    assert.match(await page.locator('main').innerText(), /Cảm ơn Anh\/Chị đã đánh giá/);
    const rated = Date.now();
    let after = before;
    await reloadUntil(leader, async () => {
      after = await counted(leader, '6.5');
      return after[0] !== before[0];
    }, 'the rating in the body’s score', 5000);
    assert.deepEqual(after, [before[0] - 1, before[1]], `after ${Date.now() - rated} ms`);
    await page.goto(`${world.url}${dossier.path}/danh-gia`);
    assert.ok(!page.url().includes('danh-gia'), 'she rates once');
  });

  step('a citizen writes to the commune, which asks, answers and publishes, and the figure moves', async () => {
    const page = await world.person('unmarried-mother');
    await page.goto(`${world.url}/toi`);
    await page.getByRole('link', { name: 'Phản ánh của tôi' }).click();
    await sound(page, 'petitions-none');
    await page.locator('main').getByRole('link', { name: 'Gửi phản ánh mới' }).click();
    await page.fill('#tim', 'ba dinh ha noi');
    await page.getByRole('button', { name: 'Tìm cơ quan' }).click();
    await sound(page, 'petition-found');
    await page.getByRole('link', { name: 'Ủy ban nhân dân phường Ba Đình' }).click();
    await sound(page, 'petition-new');
    await page.getByRole('button', { name: 'Gửi phản ánh' }).click();
    await page.waitForSelector('.govuk-error-summary');
    await page.fill('#text', 'Đường trước số nhà tôi ngập mỗi khi mưa.\nĐã báo hai lần.');
    await Promise.all([page.waitForURL(/xong=gui/), page.getByRole('button', { name: 'Gửi phản ánh' }).click()]);
    await sound(page, 'petition-sent');
    const path = new URL(page.url()).pathname;
    const id = path.split('/').pop();

    const officer = await world.person('civil-status-officer');
    await officer.goto(`${world.url}/can-bo`);
    await officer.getByRole('link', { name: 'Phản ánh, kiến nghị' }).first().click();
    await sound(officer, 'petition-desk');
    await officer.locator('main .sen-list a').first().click();
    await sound(officer, 'petition-desk-one');
    const say = async (deed) => {
      const button = officer.locator(`button[name=deed][value=${deed}]`);
      await Promise.all([officer.waitForURL(new RegExp(`xong=${deed}`)), button.click()]);
    };
    await officer.locator('summary').filter({ hasText: 'Yêu cầu bổ sung' }).click();
    await officer.fill('#question', 'Số nhà bao nhiêu?');
    await say('ask');
    await page.goto(`${world.url}${path}`);
    await sound(page, 'petition-asked');
    await page.fill('#more', 'Trước số nhà 12.');
    await Promise.all([page.waitForURL(/xong=bo-sung/), page.getByRole('button', { name: 'Gửi bổ sung' }).click()]);

    const leader = await world.person('leader');
    const own = await leaderOwn(leader, world.url);
    await leader.goto(own);
    const before = await counted(leader, '6.4');
    await officer.goto(`${world.url}/can-bo/phan-anh/${id}`);
    await officer.fill('#answer', 'Phường đã nạo vét cống trước số nhà 12.');
    await officer.locator('button[name=deed][value=answer]').click();
    await officer.waitForSelector('.govuk-error-summary');
    assert.deepEqual(await officer.locator('#answer').inputValue(), 'Phường đã nạo vét cống trước số nhà 12.', 'nothing is lost');
    await officer.getByLabel('Việc khác').check();
    await say('answer');
    await sound(officer, 'petition-answered');
    await officer.fill('#public', 'Đường ngập mỗi khi mưa.');
    await say('publish');
    await page.goto(`${world.url}${path}`);
    await sound(page, 'petition-answer');
    await page.getByLabel('Không, tôi chưa hài lòng').check();
    await Promise.all([page.waitForURL(/xong=danh-gia/), page.getByRole('button', { name: 'Gửi đánh giá' }).click()]);
    let after = before;
    await reloadUntil(leader, async () => {
      after = await counted(leader, '6.4');
      return after[0] !== before[0];
    }, 'the petition in the body’s score', 5000);
    assert.deepEqual(after, [before[0] - 1, before[1]], 'one was not satisfied');

    const anybody = await (await world.browser.newContext({ locale: 'vi-VN' })).newPage();
    await anybody.goto(`${world.url}/phan-anh?tim=ba+dinh`);
    await sound(anybody, 'petitions-public');
    const shown = await anybody.locator('main').innerText();
    assert.ok(shown.includes('Đường ngập mỗi khi mưa.') && !shown.includes('số nhà tôi'), 'only the public words');
    await anybody.context().close();
    const police = await world.person('police-officer');
    assert.equal((await police.goto(`${world.url}/can-bo/phan-anh/${id}`)).status(), 404, 'another body’s');
  });

  step('a petition that went to the wrong body is handed on, and the citizen sees where it is', async () => {
    const page = await world.person('unmarried-mother');
    await page.goto(`${world.url}/toi/phan-anh/moi?tim=ba+dinh+ha+noi`);
    await page.getByRole('link', { name: 'Ủy ban nhân dân phường Ba Đình' }).click();
    await page.fill('#text', 'Xe đậu kín vỉa hè trước cổng trường.');
    await Promise.all([page.waitForURL(/xong=gui/), page.getByRole('button', { name: 'Gửi phản ánh' }).click()]);
    const path = new URL(page.url()).pathname;
    const id = path.split('/').pop();
    const officer = await world.person('civil-status-officer');
    await officer.goto(`${world.url}/can-bo/phan-anh/${id}`);
    await officer.locator('summary').filter({ hasText: 'Chuyển cơ quan' }).click();
    await officer.fill('#co-quan', 'cong an phuong ba dinh');
    await officer.getByRole('button', { name: 'Tìm cơ quan' }).click();
    await sound(officer, 'petition-hand-on');
    await officer.fill('#because', 'Trật tự đường phố do công an phường giải quyết.');
    await officer.locator('button[name=deed][value=hand-on]').click();
    await officer.waitForSelector('.govuk-error-summary');
    assert.equal(await officer.inputValue('#because'), 'Trật tự đường phố do công an phường giải quyết.', 'nothing is lost');
    await officer.getByLabel('Công an phường Ba Đình').check();
    const button = officer.locator('button[name=deed][value=hand-on]');
    await Promise.all([officer.waitForURL(/xong=hand-on/), button.click()]);
    assert.equal((await officer.goto(`${world.url}/can-bo/phan-anh/${id}`)).status(), 404, 'no longer theirs');
    await page.goto(`${world.url}${path}`);
    assert.match(await page.locator('h1').innerText(), /Công an phường Ba Đình/);
    await sound(page, 'petition-handed-on');
    const police = await world.person('police-officer');
    await police.goto(`${world.url}/can-bo/phan-anh/${id}`);
    await police.fill('#answer', 'Công an phường đã xử lý.');
    await police.getByLabel('Việc khác').check();
    await Promise.all([police.waitForURL(/xong=answer/), police.locator('button[name=deed][value=answer]').click()]);
  });

  step('officers of a body see what was assigned to it, and answer', async () => {
    const leader = await world.person('leader');
    await leader.goto(await leaderOwn(leader, world.url));
    await leader.locator('summary').filter({ hasText: 'Giao việc cho cơ quan này' }).click();
    await leader.fill('#note', 'Rà soát hồ sơ sắp đến hạn.');
    await Promise.all([leader.waitForURL(/xong=giao/), leader.locator('form[action$="/giao"] button').click()]);
    const officer = await world.person('civil-status-officer');
    await officer.goto(`${world.url}/dieu-hanh/viec-giao`);
    await sound(officer, 'index-assigned');
    await officer.locator('textarea').first().fill('Đã rà soát, không còn hồ sơ nào chậm.');
    await Promise.all([officer.waitForURL(/xong=tra-loi/), officer.locator('main form button').first().click()]);
    assert.match(await officer.locator('main').innerText(), /Đã rà soát/);
  });
}

/** The page of the leader's own body: found as a person would, over the province. */
async function leaderOwn(page, url) {
  await page.goto(`${url}/dieu-hanh/chi-so`);
  await page.locator('#ranking ~ div a').filter({ hasText: 'Hà Nội' }).click();
  await page.waitForURL(/don-vi=province/);
  await page.locator('#ranking ~ div a').filter({ hasText: 'Ba Đình' }).click();
  await page.waitForURL(/don-vi=commune/);
  return page.url();
}
