// What is wrong is told at the field, with the rule and its legal basis, and nothing is stored.
import assert from 'node:assert/strict';
import { BIRTH, fillBirth, goOn, pageOf } from '../deeds.mjs';
import { picture } from '../sen.mjs';

/** The API as the person signed in on the page. */
async function api(world, who) {
  const page = await world.person(who);
  const base = `${world.url}/api/v1`;
  const { csrf } = await (await page.request.get(`${base}/session`)).json();
  const headers = { 'x-csrf-token': csrf, 'accept-language': 'vi' };
  return {
    headers,
    cookie: async () => (await page.context().cookies(world.url)).map(({ name, value }) => `${name}=${value}`).join('; '),
    get: async (path) => (await page.request.get(base + path)).json(),
    post: (path, data) => page.request.post(base + path, { headers, data }),
    dossiers: async () => (await (await page.request.get(`${base}/dossiers`)).json()).dossiers.length,
  };
}

export default function badInput(world) {
  const step = world.story({ alone: true });
  // Nothing of hers is filed yet: this part comes before hers.
  const mother = 'mother-of-twins';

  /** Files `values` as the person: refused with 422, this field and this rule, in words, and nothing is stored. */
  async function refused(who, change, { pointer, code, says, basis = /Luật|NĐ|TT/ }) {
    const me = await api(world, who);
    const { values } = await me.get(`/filings/${BIRTH}/prefill`);
    values.children?.forEach((child, n) => { child.full_name = `Vũ Bùi Cháu ${['Một', 'Hai'][n]}`; });
    change(values);
    const before = await me.dossiers();
    const answer = await me.post(`/filings/${BIRTH}`, { values, idempotency_key: `bad-${code}-${Math.random()}` });
    const problem = await answer.json();
    const text = JSON.stringify(problem, null, 1);
    assert.equal(answer.status(), 422, text);
    const field = problem.fields?.find((found) => found.pointer === pointer && found.code === code);
    assert.ok(field, `${code} at ${pointer}: ${text}`);
    assert.match(field.message, says, text);
    if (basis) assert.match(field.legal_basis ?? '', basis, text);
    assert.equal(await me.dossiers(), before, 'nothing is stored');
  }

  step('a wrong personal number of the father', async () => {
    await refused(mother, (values) => { values.father.personal_number = '001096123456'; },
      { pointer: '/father/personal_number', code: 'KS0023', says: /không khớp với Cơ sở dữ liệu quốc gia về dân cư/ });
    await refused(mother, (values) => { values.father.personal_number = '12345'; },
      { pointer: '/father/personal_number', code: 'KER0001', says: /12 chữ số/, basis: null });
  });

  step('a birth date in the future', async () => {
    const day = new Date(Date.now() + 30 * 86400_000).toISOString().slice(0, 10);
    await refused(mother, (values) => { values.children[0].birth_date = day; },
      { pointer: '/children/0/birth_date', code: 'PRO0104', says: /tương lai/ });
  });

  step('a mother aged nine', async () => {
    const day = `${new Date().getFullYear() - 9}-03-01`;
    await refused(mother, (values) => { values.mother.birth_date = day; },
      { pointer: '/mother/birth_date', code: 'KS0003', says: /chưa đủ 12 tuổi/ });
  });

  step('a birth notice that was used', async () => {
    const me = await api(world, 'mother');
    const { dossiers } = await me.get('/dossiers');
    const done = dossiers.find((dossier) => dossier.next_action.kind === 'see-results');
    assert.ok(done, 'her first dossier has used it');
    const { values } = await me.get(`/dossiers/${done.id}`);
    await refused('mother', (fresh) => { Object.assign(fresh, { ...values, answers: undefined }); },
      { pointer: '/children/0/notice_number', code: 'KS0012', says: /đã dùng/ });
  });

  step('a father who died long before, told on the page', async () => {
    const page = await world.person('long-widowed-mother');
    const me = await api(world, 'long-widowed-mother');
    const before = await me.dossiers();
    await fillBirth(page, world.url, { names: ['Công Tằng Tôn Nữ Bảo Ngọc'] });
    await picture(page, 'bad-1-dead-father');
    const said = await page.locator('main').innerText();
    assert.match(said, /người cha đã chết quá 300 ngày/);
    assert.match(said, /Luật Hôn nhân và gia đình 52\/2014\/QH13, Điều 88/);
    // Filing all the same changes nothing.
    const send = page.locator('form[action*="/nop"] button[type=submit]');
    if (await send.count()) {
      await Promise.all([page.waitForEvent('framenavigated'), send.click()]);
      await page.waitForSelector('.govuk-error-summary');
    }
    assert.equal(await me.dossiers(), before, 'nothing is stored');
  });

  step('the form says at the field what is wrong, and keeps what was typed', async () => {
    const page = await world.person('long-widowed-mother');
    await page.goto(`${world.url}/khai/${BIRTH}`);
    while (pageOf(page.url()) !== 'tre') await goOn(page);
    const name = page.locator('input[name="/children/0/full_name"]');
    await name.fill('<script>alert(1)</script>');
    await goOn(page);
    await page.waitForSelector('.govuk-error-summary');
    await picture(page, 'bad-2-script-name');
    assert.equal(await name.inputValue(), '<script>alert(1)</script>', 'what was typed is still there');
    const id = await name.getAttribute('id');
    assert.match(await page.locator(`#${id}-error`).innerText(), /chữ|ký tự/);
    assert.equal(await page.locator('main script').count(), 0);
    await page.locator('.govuk-error-summary a').first().click();
    assert.equal(await page.evaluate(() => document.activeElement.id), id, 'the summary leads to the field');
  });

  step('a commune that ended on 30 June 2025', async () => {
    await refused(mother, (values) => { values.registration.commune_code = '00001'; },
      { pointer: '/registration/commune_code', code: 'PAC0202', says: /30\/06\/2025.*Phường Hồng Hà/s, basis: null });
  });

  step('a script in a name or a place', async () => {
    await refused(mother, (values) => { values.children[0].full_name = '<script>alert(1)</script>'; },
      { pointer: '/children/0/full_name', code: 'KER0013', says: /chỉ gồm chữ cái/, basis: null });
  });

  step('a body of 30 MB', async () => {
    const me = await api(world, mother);
    const before = await me.dossiers();
    const big = Buffer.from(`{"idempotency_key": "big", "values": {"x": "${'x'.repeat(30_000_000)}"}}`);
    const headers = { ...me.headers, cookie: await me.cookie(), 'content-type': 'application/json', accept: 'application/json' };
    // With its length announced, and in pieces without.
    for (const body of [big, new Blob([big]).stream()]) {
      const answer = await fetch(`${world.url}/api/v1/filings/${BIRTH}`, { method: 'POST', headers, body, duplex: 'half' });
      assert.equal(answer.status, 413);
      const problem = await answer.json();
      assert.match(problem.code, /^WEB\d{4}$/);
      assert.match(problem.title, /lớn/, 'in words');
    }
    assert.equal(await me.dossiers(), before);
  });

  step('malformed JSON, and JSON of another shape', async () => {
    const me = await api(world, mother);
    const before = await me.dossiers();
    const page = await world.person(mother);
    for (const data of ['{"values": {', '[]', '{"values": 7, "idempotency_key": "x"}', '"\\ud800"']) {
      const answer = await page.request.post(`${world.url}/api/v1/filings/${BIRTH}`, {
        headers: { ...me.headers, 'content-type': 'application/json' }, data: Buffer.from(data),
      });
      const problem = await answer.json();
      assert.ok([400, 422].includes(answer.status()), `${data}: ${answer.status()} ${JSON.stringify(problem)}`);
      assert.match(problem.code, /^[A-Z]{3}\d{4}$/);
      assert.ok(problem.title);
    }
    assert.equal(await me.dossiers(), before);
  });

  step('what looks like a script in free words is shown as words, never run', async () => {
    const evil = '<img src=x onerror="document.title=\'run\'"><script>document.title="run"</script>';
    const page = await world.person('long-widowed-mother');
    await page.goto(`${world.url}/tim-kiem?q=${encodeURIComponent(evil)}`);
    assert.ok((await page.locator('main').innerText()).includes('<script>'), 'the words themselves are shown');
    assert.equal(await page.locator('main script, main img[onerror]').count(), 0);
    await picture(page, 'bad-3-search-script');
    // Kept in a draft, it comes back as words in the field and on the review.
    await page.goto(`${world.url}/khai/${BIRTH}`);
    while (pageOf(page.url()) !== 'noi-dang-ky') {
      const name = page.locator('input[name="/children/0/full_name"]');
      if (await name.count()) await name.fill('Phan Bảo Ngọc');
      await goOn(page);
    }
    await page.fill('input[name="/insurance/clinic"]', evil);
    await goOn(page);
    await page.goto(page.url().replace(/\/[^/?]+\?/, '/noi-dang-ky?'));
    assert.equal(await page.inputValue('input[name="/insurance/clinic"]'), evil);
    await page.goto(page.url().replace(/\/[^/?]+\?/, '/xem-lai?'));
    assert.equal(await page.locator('main script, main img[onerror]').count(), 0);
    assert.notEqual(await page.title(), 'run');
    assert.doesNotMatch(await page.content(), /<script>document/);
  });
}
