// The main job: a birth, filed once, reaches every agency.
import assert from 'node:assert/strict';
import { approve, dossierSays, file, fillBirth, openTask } from '../deeds.mjs';
import { checkProof } from '../proof.mjs';
import { picture, reloadUntil } from '../sen.mjs';

export const CHILD = 'Trần Nguyễn Minh Châu';

export default function main(world) {
  const step = world.story();
  let dossier;

  step('the mother finds the service without typing marks', async () => {
    const page = await world.person('mother');
    await page.goto(world.url);
    await picture(page, 'main-01-home');
    await page.fill('input[name=q]', 'khai sinh');
    await page.press('input[name=q]', 'Enter');
    await page.waitForURL(/tim-kiem/);
    await picture(page, 'main-02-search');
    await page.getByRole('link', { name: /khai sinh, thường trú, thẻ B/i }).click();
    await page.waitForURL(/dich-vu/);
    await picture(page, 'main-03-service');
    await Promise.all([page.waitForURL(/\/khai\/3\.000722\/[^/?]+\?ban=/), page.click('.govuk-button--start')]);
  });

  step('she types nothing that is known: only the name of the child', async () => {
    const page = await world.person('mother');
    const typed = [];
    const look = async () => {
      for (const input of await page.locator('main form input[type=text]:visible, main form select:visible').all()) {
        const name = await input.getAttribute('name');
        if (!(await input.inputValue())) typed.push(name);
      }
    };
    const at = Object.fromEntries(['truong-hop', 'tre', 'cha-me', 'noi-dang-ky', 'lien-he'].map((id) => [id, async () => {
      if (id === 'tre') {
        await page.fill('input[name="/children/0/full_name"]', '');
        const known = await page.locator('main').innerText();
        assert.match(known, /từ Giấy chứng sinh điện tử/, 'what the hospital sent says where it comes from');
        await look();
        await page.fill('input[name="/children/0/full_name"]', CHILD);
      } else {
        await look();
      }
      if (id === 'cha-me') {
        const main = await page.locator('main').innerText();
        const inputs = await page.locator('main input[type=text]').evaluateAll((all) => all.map((input) => input.value));
        const shown = [main, ...inputs].join('\n');
        for (const known of ['Nguyễn Thị Mai Lan', 'Trần Minh Quân', world.demo.accounts.father.login]) {
          assert.ok(shown.includes(known), `${known} is filled in`);
        }
        assert.match(main, /từ Cơ sở dữ liệu quốc gia về dân cư/);
      }
    }]));
    await fillBirth(page, world.url, { names: [CHILD], at, pictures: 'main-04-form' });
    const required = typed.filter((name) => !/clinic|phone|email|copies/.test(name));
    assert.deepEqual(required, ['/children/0/full_name'], 'the form asks for nothing else');
    const review = await page.locator('main').innerText();
    for (const word of [CHILD, 'Nguyễn Thị Mai Lan', 'Trần Minh Quân', 'Ba Đình', 'từ Cơ sở dữ liệu quốc gia về dân cư']) {
      assert.ok(review.includes(word), `the review shows ${word}`);
    }
    await picture(page, 'main-05-review');
    dossier = await file(page);
    await picture(page, 'main-06-filed');
    await Promise.all([page.waitForURL(/ho-so\/[^?]+$/), page.click('main a.govuk-button')]);
    await page.waitForLoadState();
    await picture(page, 'main-06-waiting');
    assert.match(await page.locator('.sen-next').innerText(), /không phải làm gì/);
  });

  step('three officers act from their inboxes, each beside the registers', async () => {
    const officers = [
      ['civil-status-officer', /Đăng ký khai sinh/, 'birth', [CHILD, 'Nguyễn Thị Mai Lan', 'Giấy chứng sinh điện tử']],
      ['police-officer', /Đăng ký thường trú/, 'residence', [CHILD, 'Cơ sở dữ liệu về cư trú', 'Quán Thánh']],
      ['insurance-officer', /Cấp thẻ bảo hiểm y tế/, 'insurance', [CHILD, 'Cơ sở dữ liệu quốc gia về dân cư']],
      ['police-officer', /Cấp thẻ căn cước/, 'identity-card', [CHILD]],
    ];
    for (const [who, row, name, words] of officers) {
      const page = await world.person(who);
      await openTask(page, world.url, dossier.code, row);
      await picture(page, `main-07-${name}-task`);
      const compared = await page.locator('.sen-compare').innerText();
      const whole = await page.locator('main').innerText();
      for (const word of words) assert.ok(whole.includes(word), `${who} sees ${word}`);
      assert.match(compared, /khớp/i, 'what agrees is said to agree');
      assert.equal(await page.locator('.sen-compare tr.is-different').count(), 0, 'nothing differs');
      await approve(page);
      await picture(page, `main-08-${name}-inbox`);
    }
  });

  step('she sees the number and opens the four results', async () => {
    const page = await world.person('mother');
    await dossierSays(page, world.url, dossier.path, /Mời Anh\/Chị nhận kết quả/, 'the dossier is finished');
    await picture(page, 'main-09-finished');
    const links = await page.locator('#ket-qua + ul a').evaluateAll((all) => all.map((a) => [a.textContent, a.href]));
    const names = links.map(([name]) => name).sort();
    assert.deepEqual(names, ['Giấy khai sinh', 'Thông báo kết quả đăng ký thường trú', 'Thẻ bảo hiểm y tế', 'Thẻ căn cước'].sort());
    const numbers = new Set();
    for (const [name, href] of links) {
      await page.goto(href);
      const paper = await page.locator('.sen-paper').innerText();
      assert.ok(paper.includes(CHILD), `${name} names the child`);
      for (const number of paper.match(/\b001\d{9}\b/g) ?? []) numbers.add(number);
      await picture(page, `main-10-result-${links.findIndex((link) => link[1] === href) + 1}`);
    }
    assert.equal(numbers.size, 1, 'all papers carry one personal number');
    const [number] = numbers;
    const year = new Date().getFullYear();
    assert.match(number, new RegExp(`^0013${String(year % 100).padStart(2, '0')}`), 'Hà Nội, a girl of this century, this year');
  });

  step('she has been told of each step', async () => {
    const page = await world.person('mother');
    await page.goto(`${world.url}/toi/thong-bao`);
    await picture(page, 'main-11-notifications');
    const told = await page.locator('main').innerText();
    for (const word of [dossier.code, 'Giấy khai sinh của trẻ đã có', 'Trẻ đã được đăng ký thường trú', 'Thẻ bảo hiểm y tế của trẻ đã được cấp', 'Thẻ căn cước của trẻ đã được cấp', 'Mọi việc đã xong']) {
      assert.ok(told.includes(word), `she was told: ${word}`);
    }
  });

  step('she sees who looked, and the proof verifies here and elsewhere', async () => {
    const page = await world.person('mother');
    await page.goto(`${world.url}/toi/ai-da-xem`);
    await picture(page, 'main-12-access-log');
    const groups = page.locator('.sen-saw > li');
    const log = await page.locator('.sen-saw').innerText();
    for (const word of ['Ủy ban nhân dân phường Ba Đình', 'Công an phường Ba Đình', 'Giải quyết hồ sơ', dossier.code]) {
      assert.ok(log.toLowerCase().includes(word.toLowerCase()), `the log names ${word}`);
    }
    const committee = groups.filter({ hasText: /Ủy ban nhân dân/i }).filter({ hasText: dossier.code }).first();
    await committee.locator('summary').click();
    await picture(page, 'main-12-access-log-open');
    const line = committee.locator('ol > li').filter({ hasText: /công chức tư pháp/i }).first();
    assert.match(await line.innerText(), /Theo (Luật|NĐ)/, 'each line says by which law');
    await line.locator('a[href*="/toi/ai-da-xem/"]').click();
    await page.waitForURL(/ai-da-xem\/./);
    await reloadUntil(page, async () => !(await page.locator('.sen-verdict--wait').count()), 'the entry is sealed');
    await picture(page, 'main-13-proof');
    assert.match(await page.locator('.sen-verdict').innerText(), /Chứng cứ đúng/);
    const href = await page.locator('a[download]').getAttribute('href');
    const proof = await (await page.request.get(world.url + href)).json();
    const key = (await (await fetch(`${world.url}/key`)).text()).trim();
    const said = checkProof(proof, key);
    assert.match(JSON.stringify(said), /commune-committee/, 'the entry says which body looked');
    // A proof that says anything else does not hold.
    assert.throws(() => checkProof({ ...proof, opening: proof.opening.replace('commune-committee', 'commune-police') }, key));
    assert.throws(() => checkProof({ ...proof, index: proof.index + 1 }, key));
    assert.throws(() => checkProof({ ...proof, checkpoint: proof.checkpoint.replace(/\n\d+\n/, `\n${proof.tree_size + 1}\n`) }, key));
  });
}
