// A commune's administrator issues the account of a new officer, who opens it and works; roles end, access is given again. Who
// administers accounts is appointed from above, and the first account of a system comes from the command line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { DESK } from './pages.mjs';
import { signIn } from '../sen.mjs';
import { oneTimeCode } from '../code.mjs';
import { looked, lookedInBoth } from './account-security.mjs';

const PASSWORD = 'một con đường làng rất dài';

/** Sets a password and an app with the word; the account as `signIn` takes it. */
async function opens(world, login, word) {
  const page = await (await world.browser.newContext({ viewport: DESK, locale: 'vi-VN' })).newPage();
  await page.goto(`${world.url}/tai-khoan/kich-hoat`);
  await page.fill('#token', word);
  await page.fill('#new', PASSWORD);
  await page.click('main form button[type=submit]');
  await page.waitForSelector('.govuk-error-summary');
  assert.equal(await page.inputValue('#token'), word, 'without an app the word is not spent');
  const secret = (await page.locator('[data-secret]').innerText()).trim();
  await page.fill('#new', PASSWORD);
  await page.fill('#code', oneTimeCode(secret));
  await page.click('main form button[type=submit]');
  await page.waitForURL(/xong=kich-hoat/);
  await page.context().close();
  return { login, password: PASSWORD, totp_secret: secret };
}

export default function officers(world) {
  const step = world.story();
  const { demo } = world;
  let administrator, officer;

  step('the administrator of a body issues an account, and never learns the password', async () => {
    administrator = await signIn(world.browser, demo, 'account-administrator', { viewport: DESK });
    assert.match(administrator.url(), /\/quan-tri\/can-bo$/, 'that is the work');
    await administrator.waitForSelector('[data-officer="hotich.badinh"]');
    await lookedInBoth(administrator, 'officers');
    await administrator.fill('#tim', 'ho so khong co');
    await administrator.click('form.sen-filter button');
    await administrator.waitForSelector('.sen-empty');
    await administrator.goto(`${world.url}/quan-tri/can-bo`);
    await administrator.click('[data-new]');
    await administrator.fill('#label', 'Nguyễn Thị Mới, công chức hộ tịch');
    await administrator.fill('#login', 'hotich.badinh');
    await administrator.check('input[value=civil-status-officer]');
    await administrator.click('main form button[type=submit]');
    await administrator.waitForSelector('#login-error');
    assert.equal(await administrator.isChecked('input[value=civil-status-officer]'), true, 'what was chosen is kept');
    await lookedInBoth(administrator, 'officer-new');
    await administrator.fill('#label', 'Nguyễn Thị Mới, công chức hộ tịch');
    await administrator.fill('#login', 'moi.nguyen');
    await administrator.check('input[value=civil-status-officer]');
    await administrator.click('main form button[type=submit]');
    const word = (await administrator.locator('[data-activation]').innerText()).trim();
    await looked(administrator, 'officer-word-vi');
    demo.accounts.moi = await opens(world, 'moi.nguyen', word);
  });

  step('the officer signs in with two factors and works for the body', async () => {
    officer = await signIn(world.browser, demo, 'moi', { viewport: DESK });
    assert.match(officer.url(), /\/can-bo$/);
    await officer.goto(`${world.url}/quan-tri/can-bo`);
    assert.equal(await officer.locator('[data-officer]').count(), 0, 'and administers nobody');
    await officer.goto(`${world.url}/tai-khoan/lich-su`);
    await officer.waitForSelector('main:has-text("Được cơ quan cấp tài khoản")');
    await administrator.goto(`${world.url}/quan-tri/can-bo?tim=moi`);
    await administrator.click('[data-officer="moi.nguyen"] a');
    await administrator.waitForSelector('[data-roles]');
    await lookedInBoth(administrator, 'officer');
  });

  step('a role is given and ended at once, and a lock needs a reason', async () => {
    await administrator.click('summary:has-text("Giao thêm vai trò")');
    await administrator.selectOption('#role', 'leader');
    await administrator.click('button[value=vai-tro]');
    await administrator.waitForURL(/xong=role/);
    await officer.goto(`${world.url}/can-bo`);
    assert.match(officer.url(), /\/can-bo$/, 'what was held goes on');
    const held = administrator.locator('[data-roles] li', { hasText: 'Công chức tư pháp - hộ tịch' });
    await held.locator('button').click();
    await administrator.waitForURL(/xong=ended/);
    await officer.goto(`${world.url}/can-bo`);
    assert.match(officer.url(), /\/dang-nhap/, 'signed out');
    await officer.context().close();
    await administrator.click('summary:has-text("Khóa hoặc đóng")');
    await administrator.click('button[value=khoa]');
    await administrator.waitForSelector('#reason-error');
    await looked(administrator, 'officer-refused-vi');
    await administrator.fill('#reason', 'Nghỉ dài ngày');
    await administrator.click('button[value=khoa]');
    await administrator.waitForURL(/xong=locked/);
  });

  step('access is given again by a message that only the officer reads', async () => {
    await administrator.click('summary:has-text("Cấp lại quyền truy cập")');
    await administrator.fill('#phone', '0912 345 670');
    await administrator.click('button[value=cap-lai]');
    await administrator.waitForSelector('[data-sent]');
    assert.equal(await administrator.locator('[data-activation]').count(), 0);
    await administrator.goto(`${world.url}/tin-nhan`);
    const word = (await administrator.locator('main').innerText()).match(/tài khoản cán bộ của bạn là ([A-Z2-9]{16})/)[1];
    demo.accounts.moi = await opens(world, 'moi.nguyen', word);
    const back = await signIn(world.browser, demo, 'moi', { viewport: DESK });
    assert.match(back.url(), /\/lanh-dao$/, 'a leader now');
    await back.context().close();
    await administrator.context().close();
  });

  step('the operator appoints who administers the accounts of another body', async () => {
    const operator = await signIn(world.browser, demo, 'administrator', { viewport: DESK });
    await operator.goto(`${world.url}/quan-tri/can-bo`);
    await operator.fill('#tim-co-quan', 'cong an phuong ba dinh');
    await operator.click('section form button');
    await lookedInBoth(operator, 'officers-below');
    await operator.click('[data-found] a');
    assert.equal(await operator.locator('[data-officer]').count(), 0, 'officers are their own body’s');
    await operator.click('[data-new]');
    assert.deepEqual(await operator.locator('input[name=roles]').evaluateAll((all) => all.map((one) => one.value)),
      ['account-administrator']);
    await operator.fill('#label', 'Lê Văn Hai');
    await operator.fill('#login', 'hai.le');
    await operator.click('main form button[type=submit]');
    const word = (await operator.locator('[data-activation]').innerText()).trim();
    demo.accounts.hai = await opens(world, 'hai.le', word);
    await operator.context().close();
    const police = await signIn(world.browser, demo, 'hai', { viewport: DESK });
    await police.waitForSelector('[data-officer="congan.badinh"]');
    await police.click('[data-officer="congan.badinh"] a');
    await police.waitForSelector('[data-courses]');
    await looked(police, 'officer-courses-vi');
    await police.goto(`${world.url}/quan-tri/can-bo?tim=hai`);
    await police.click('[data-officer="hai.le"] a');
    assert.equal(await police.locator('aside form').count(), 0, 'nobody changes the own account');
    await police.context().close();
  });

  step('the first account of a system comes from the command line, beside the running program', async () => {
    const sen = process.env.SEN ?? 'target/debug/sen';
    const args = ['officer', 'issue', 'van.hanh', '--label', 'Người vận hành', '--data', demo.data, '--json'];
    const issued = JSON.parse(execFileSync(sen, args, { encoding: 'utf8' }));
    demo.accounts.operator = await opens(world, 'van.hanh', issued.word);
    const page = await signIn(world.browser, demo, 'operator', { viewport: DESK });
    assert.match(page.url(), /\/quan-tri$/);
    await page.context().close();
    assert.throws(() => execFileSync(sen, args, { encoding: 'utf8', stdio: 'pipe' }), /IDN0006/, 'the name is taken');
  });
}
