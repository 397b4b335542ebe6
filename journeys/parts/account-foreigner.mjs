// A foreigner with residence comes to an account of level 2: asks by the number that the system gave, is seen at the counter,
// sets a password with the word of the message, signs in.
import assert from 'node:assert/strict';
import { DESK, PHONE } from './pages.mjs';
import { oneTimeCode } from '../code.mjs';
import { reloadUntil, signIn } from '../sen.mjs';
import { looked, lookedInBoth } from './account-security.mjs';

const PASSWORD = 'chiều mưa trên phố cũ có hoa sấu';
const WORD = /là ([A-Z2-9]{16})\./;

export default function foreigner(world) {
  const step = world.story();
  const maria = world.demo.newcomers.find((person) => person.part === 'foreigner');
  let code;
  let secret;

  const stranger = async (options = {}) => {
    const context = await world.browser.newContext({ viewport: DESK, locale: 'vi-VN', ...options });
    context.setDefaultTimeout(20_000);
    return context.newPage();
  };

  step('asks by number, name and birth date; the answer tells nothing of the register', async () => {
    const page = await stranger();
    await page.goto(`${world.url}/tai-khoan/mo`);
    await page.click(`a[data-newcomer]:has-text("${maria.full_name}")`);
    assert.equal(await page.inputValue('input[name=number]'), maria.number);
    assert.equal(await page.isChecked('input[name=kind][value=foreigner]'), true);
    await lookedInBoth(page, 'apply-foreigner');
    await page.click('main form button[type=submit]');
    code = (await page.locator('.govuk-panel strong').innerText()).trim();
    await looked(page, 'applied-foreigner-vi');
    await page.context().close();
  });

  step('the officer compares with the register of foreigners, and confirms', async () => {
    const officer = await signIn(world.browser, world.demo, 'police-officer');
    await officer.goto(`${world.url}/can-bo/tai-khoan`);
    await officer.fill('#so', code);
    await officer.click('form.sen-filter button');
    await officer.waitForSelector('#document');
    assert.equal(await officer.locator('tr.is-different').count(), 0);
    await lookedInBoth(officer, 'desk-foreigner');
    await officer.fill('#phone', maria.phone);
    await officer.fill('#document', 'TT000017');
    await officer.check('#seen');
    await officer.click('button[value=xac-nhan]');
    await officer.waitForSelector('[data-sent]');
    await officer.context().close();
  });

  step('activates with the word of the message, and signs in by that number in small letters', async () => {
    const page = await stranger({ viewport: PHONE });
    await page.goto(`${world.url}/tin-nhan`);
    const to = page.locator('[data-message]').filter({ hasText: `+84${maria.phone.slice(1)}` }).first();
    await reloadUntil(page, async () => (await to.count()) && WORD.test(await to.innerText()), 'the word');
    const [, word] = WORD.exec(await to.innerText());
    await page.goto(`${world.url}/tai-khoan/kich-hoat`);
    await page.fill('input[name=token]', word);
    await page.fill('input[name=new]', PASSWORD);
    secret = (await page.locator('[data-secret]').innerText()).trim();
    await page.fill('input[name=code]', oneTimeCode(secret));
    await page.click('main form button[type=submit]');
    await page.waitForURL(/xong=kich-hoat/);
    await page.context().close();
    world.demo.accounts.foreigner = { login: maria.number.toLowerCase(), password: PASSWORD, totp_secret: secret };
    const own = await signIn(world.browser, world.demo, 'foreigner', { viewport: PHONE });
    assert.match(own.url(), /\/toi$/);
    await lookedInBoth(own, 'home-foreigner');
    await own.goto(`${world.url}/tai-khoan`);
    assert.match(await own.locator('main').innerText(), /Mức độ 2/);
    // No citizen: there is no kin to read, and the page says so instead of failing.
    await own.goto(`${world.url}/tai-khoan/uy-quyen`);
    await looked(own, 'authority-foreigner-vi');
    await own.waitForSelector('[data-none]');
    await own.context().close();
  });
}
