// What an account proves itself by: a passkey added and used, recovery codes, a phone that signs a computer in.
import assert from 'node:assert/strict';
import { barriers, overflow, DESK, PHONE } from './pages.mjs';
import { oneTimeCode } from '../code.mjs';
import { picture, signIn } from '../sen.mjs';

/** WebAuthn knows sites by name: the demo's own, not its address. */
const named = (url) => url.replace('127.0.0.1', 'localhost');

/** The page as it is looked at: no barrier, nothing over the edge of a phone. */
export async function looked(page, name) {
  for (const [width, size] of [[1280, DESK], [360, PHONE]]) {
    await page.setViewportSize(size);
    assert.deepEqual(await barriers(page), [], `${name} at ${width}`);
    assert.deepEqual(await overflow(page), [], `${name} at ${width}`);
    await picture(page, `account-${name}-${width}`);
  }
  await page.setViewportSize(DESK);
}

/** The page in the other language too. */
export async function lookedInBoth(page, name) {
  await looked(page, `${name}-vi`);
  const here = page.url();
  await page.goto(`${here}${here.includes('?') ? '&' : '?'}lang=en`);
  await looked(page, `${name}-en`);
  await page.goto(`${here}${here.includes('?') ? '&' : '?'}lang=vi`);
}

/** Chromium's own authenticator, which says that its owner was verified. */
async function authenticator(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    credentials: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    verified: (isUserVerified) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

export default function security(world) {
  const step = world.story();

  step('a passkey is added and signs in without a password', async () => {
    const demo = { ...world.demo, url: named(world.url) };
    const page = await signIn(world.browser, demo, 'unmarried-mother');
    const device = await authenticator(page);
    await page.goto(`${demo.url}/tai-khoan/bao-mat`);
    await lookedInBoth(page, 'security');
    await page.fill('#passkey-name', 'Điện thoại của tôi');
    await Promise.all([page.waitForURL(/xong=passkey-added/), page.click('[data-passkey=register]')]);
    assert.match(await page.locator('main').innerText(), /Điện thoại của tôi/);
    assert.equal((await device.credentials()).length, 1);
    await looked(page, 'security-with-passkey');

    await page.click('form[action="/dang-xuat"] button');
    await page.goto(`${demo.url}/dang-nhap`);
    await Promise.all([page.waitForURL(/\/toi$/), page.click('[data-passkey=sign-in]')]);

    // A device that did not verify its owner does not get in.
    await page.click('form[action="/dang-xuat"] button');
    await device.verified(false);
    await page.goto(`${demo.url}/dang-nhap`);
    await page.click('[data-passkey=sign-in]');
    await page.waitForSelector('[data-passkey-error]:not([hidden])');
    assert.match(page.url(), /\/dang-nhap/);
    await device.verified(true);
    await Promise.all([page.waitForURL(/\/toi$/), page.click('[data-passkey=sign-in]')]);

    await page.goto(`${demo.url}/tai-khoan/lich-su`);
    assert.match(await page.locator('main').innerText(), /Bằng khóa truy cập/);
    await lookedInBoth(page, 'history');
    await page.context().close();
  });

  step('recovery codes are shown once, and one of them replaces the app', async () => {
    const page = await signIn(world.browser, world.demo, 'unmarried-mother', { javaScriptEnabled: false });
    await page.goto(`${world.url}/tai-khoan/bao-mat`);
    await page.click('form[action="/tai-khoan/bao-mat/ma-du-phong"] button');
    const codes = await page.locator('[data-recovery] li').allInnerTexts();
    assert.equal(codes.length, 10);
    await picture(page, 'account-recovery');
    await page.goto(`${world.url}/tai-khoan/bao-mat`);
    assert.match(await page.locator('main').innerText(), /Còn 10 mã/);
    await page.context().close();

    const { login, password } = world.demo.accounts['unmarried-mother'];
    const context = await world.browser.newContext({ locale: 'vi-VN' });
    const other = await context.newPage();
    const enter = async (code) => {
      await other.goto(`${world.url}/dang-nhap`);
      await other.fill('input[name=login]', login);
      await other.fill('input[name=password]', password);
      await other.fill('input[name=code]', code);
      await other.click('form[data-form=sign-in] button[type=submit]');
      await other.waitForLoadState();
    };
    await enter(codes[0]);
    assert.match(other.url(), /\/toi$/);
    await other.click('form[action="/dang-xuat"] button');
    await enter(codes[0]);
    assert.match(await other.locator('.govuk-error-summary').innerText(), /không đúng/);
    await context.close();
  });

  step('an app is set up by the code that it shows', async () => {
    const page = await signIn(world.browser, world.demo, 'widowed-mother');
    await page.goto(`${world.url}/tai-khoan/bao-mat/ma-mot-lan`);
    await lookedInBoth(page, 'totp');
    await page.fill('input[name=code]', '000000');
    await page.click('main button[type=submit]');
    await page.waitForSelector('.govuk-error-summary');
    // The secret of the refused try is still the one on the page.
    const secret = (await page.locator('[data-secret]').innerText()).trim();
    await page.fill('input[name=code]', oneTimeCode(secret));
    await Promise.all([page.waitForURL(/xong=totp/), page.click('main button[type=submit]')]);
    world.demo.accounts['widowed-mother'].totp_secret = secret;
    await page.context().close();
  });

  step('a phone signs a computer in, and ends it again from afar', async () => {
    const phone = await signIn(world.browser, world.demo, 'father', { viewport: PHONE });
    await phone.goto(`${world.url}/tai-khoan/thiet-bi`);
    const before = await phone.locator('[data-session]').count();
    const computer = await (await world.browser.newContext({ viewport: DESK, locale: 'vi-VN' })).newPage();
    await computer.goto(`${world.url}/dang-nhap`);
    await computer.click('a[href^="/dang-nhap/qr"]');
    await looked(computer, 'qr-vi');
    const number = (await computer.locator('[data-number]').innerText()).trim();
    const link = (await computer.locator('[data-link]').textContent()).trim();
    await phone.goto(link);
    await looked(phone, 'qr-phone-vi');
    assert.equal(await phone.locator('.sen-number-button').count(), 3);
    await phone.click(`.sen-number-button[value="${number}"]`);
    assert.match(await phone.locator('main').innerText(), /đang đăng nhập/);
    await computer.waitForURL(/\/toi$/, { timeout: 15_000 });

    // The phone sees the computer among its sessions and ends it.
    await phone.goto(`${world.url}/tai-khoan/thiet-bi`);
    await lookedInBoth(phone, 'devices');
    assert.equal(await phone.locator('[data-session]').count(), before + 1);
    await phone.locator('[data-session] form button').first().click();
    await phone.waitForURL(/xong=1/);
    assert.equal(await phone.locator('[data-session]').count(), before);
    await computer.goto(`${world.url}/toi`);
    assert.match(computer.url(), /\/dang-nhap/);
    await computer.context().close();
    await phone.context().close();
  });

  step('without JavaScript too; a wrong number ends it', async () => {
    const phone = await signIn(world.browser, world.demo, 'father', { viewport: PHONE, javaScriptEnabled: false });
    const context = await world.browser.newContext({ viewport: DESK, locale: 'vi-VN', javaScriptEnabled: false });
    const computer = await context.newPage();
    for (const right of [false, true]) {
      await computer.goto(`${world.url}/dang-nhap/qr`);
      const number = (await computer.locator('[data-number]').innerText()).trim();
      const link = (await computer.locator('[data-link]').textContent()).trim();
      await phone.goto(link);
      const choice = right ? `[value="${number}"]` : `.sen-number-button:not([value="${number}"])`;
      await phone.locator(choice).first().click();
      await phone.waitForLoadState();
      // The page loads itself again.
      if (right) await computer.waitForURL(/\/toi$/, { timeout: 15_000 });
      else await computer.getByText('chọn sai số').waitFor({ timeout: 15_000 });
    }
    await context.close();
    await phone.context().close();
  });
}
