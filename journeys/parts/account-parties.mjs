// A relying party of its own: an operator that registers SIMs by a sign-in of level 2; consent given and withdrawn, a
// device without a keyboard, a call centre, signing out.
import assert from 'node:assert/strict';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { DESK, PHONE } from './pages.mjs';
import { looked, lookedInBoth } from './account-security.mjs';
import { picture, reloadUntil, signIn } from '../sen.mjs';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What a party sends to prove who it is (RFC 7523). */
function assertion(client, issuer) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const head = part({ alg: 'ES256', kid: client.private_jwk.kid });
  const body = part({ iss: client.client_id, sub: client.client_id, aud: issuer, iat: now, exp: now + 60, jti: randomUUID() });
  const key = createPrivateKey({ key: client.private_jwk, format: 'jwk' });
  return `${head}.${body}.${sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

async function post(world, path, client, fields) {
  const body = new URLSearchParams({
    ...fields, client_id: client.client_id, client_assertion_type: ASSERTION, client_assertion: assertion(client, world.url),
  });
  const answer = await fetch(`${world.url}${path}`, { method: 'POST', body });
  return { status: answer.status, body: await answer.json() };
}

/** Asks for tokens as often as it was told to, until they come or the answer is another. */
async function poll(world, client, fields, patience_ms = 30_000) {
  const until = Date.now() + patience_ms;
  for (;;) {
    const answer = await post(world, '/openid/token', client, fields);
    if (answer.body.error !== 'authorization_pending' && answer.body.error !== 'slow_down') return answer;
    if (Date.now() > until) throw new Error('the tokens did not come');
    await new Promise((resolve) => setTimeout(resolve, 5_500));
  }
}

/** From the operator's first page to the page where one decides. */
async function toConsent(page, world) {
  await page.goto(`${world.demo.sim}/?lang=vi`);
  await page.click('a[href="/dang-nhap"]');
  await page.waitForURL(/\/cho-phep\//);
}

const atOperator = (world) => (url) => url.href === `${world.demo.sim}/`;

export default function parties(world) {
  const step = world.story();
  let page;

  step('a person who is not signed in is told for whom it is, allows, and registers a SIM', async () => {
    const context = await world.browser.newContext({ viewport: DESK, locale: 'vi-VN' });
    context.setDefaultTimeout(20_000);
    const stranger = await context.newPage();
    await stranger.goto(`${world.demo.sim}/?lang=vi`);
    await lookedInBoth(stranger, 'sim-start');
    await stranger.click('a[href="/dang-nhap"]');
    await stranger.waitForURL(/\/dang-nhap\?/);
    assert.match(await stranger.locator('main').innerText(), /Nhà mạng Sóng Xanh/);
    await context.close();

    page = await signIn(world.browser, world.demo, 'mother-apart');
    await toConsent(page, world);
    await looked(page, 'consent-vi');
    const asked = await page.locator('main').innerText();
    assert.match(asked, /Nhà mạng Sóng Xanh/);
    assert.match(asked, /Số định danh cá nhân/);
    assert.match(asked, /đăng ký thuê bao chính chủ theo Luật Viễn thông/);
    await page.goto(`${page.url()}?lang=en`);
    await looked(page, 'consent-en');
    await page.goto(`${page.url().split('?')[0]}?lang=vi`);
    await Promise.all([page.waitForURL(atOperator(world)), page.click('button[value=cho-phep]')]);
    assert.match(await page.locator('main').innerText(), /Chào .*Ngân/);
    await page.click('form[action="/dang-ky"] button');
    await page.waitForURL(/xong=ok/);
    await lookedInBoth(page, 'sim-registered');
    assert.equal(await page.locator('[data-numbers] li').count(), 1);
  });

  step('above the allowed number the operator refuses', async () => {
    for (const word of ['ok', 'ok', 'het']) {
      await page.goto(`${world.demo.sim}/?lang=vi`);
      await page.click('form[action="/dang-ky"] button');
      await page.waitForURL(new RegExp(`xong=${word}`));
    }
    assert.equal(await page.locator('[data-numbers] li').count(), 3);
    assert.match(await page.locator('main').innerText(), /điểm giao dịch/);
    await looked(page, 'sim-refused');
  });

  step('the next sign-in asks nothing; signing out there signs out here', async () => {
    await page.click('form[action="/dang-xuat"] button');
    await page.waitForLoadState();
    if (page.url().startsWith(world.url)) {
      await looked(page, 'logout-vi');
      await page.click('form[action="/openid/end-session"] button');
    }
    await page.waitForURL((url) => url.href.startsWith(world.demo.sim));
    await page.context().close();
    page = await signIn(world.browser, world.demo, 'mother-apart');
    await page.goto(`${world.demo.sim}/dang-nhap`);
    await page.waitForURL(atOperator(world));
    assert.equal(await page.locator('[data-numbers] li').count(), 3);
  });

  step('consent is withdrawn: the operator loses the session and must ask again', async () => {
    await page.goto(`${world.url}/tai-khoan/ben-thu-ba`);
    await lookedInBoth(page, 'parties');
    await page.click('[data-grant="song-xanh"] button');
    await page.waitForURL(/xong=1/);
    assert.equal(await page.locator('[data-grant]').count(), 0);
    await page.goto(world.demo.sim);
    await reloadUntil(page, async () => (await page.locator('a[href="/dang-nhap"]').count()) === 1, 'signed out by the provider');
    await toConsent(page, world);
    // Refused, nothing is told.
    await page.click('button[value=tu-choi]');
    await page.waitForURL((url) => url.href.startsWith(`${world.demo.sim}/nhan`));
    assert.match(await page.locator('main').innerText(), /không cho phép/);
    await page.goto(`${world.url}/toi/ai-da-xem?tat-ca=1`);
    await picture(page, 'account-who-saw');
    await page.context().close();
  });

  step('without JavaScript too', async () => {
    const plain = await signIn(world.browser, world.demo, 'mother-apart', { javaScriptEnabled: false, viewport: PHONE });
    await toConsent(plain, world);
    await plain.click('button[value=cho-phep]');
    await plain.waitForURL(atOperator(world));
    assert.match(await plain.locator('main').innerText(), /Ngân/);
    await plain.context().close();
  });

  step('a kiosk signs a person in by its code', async () => {
    const kiosk = world.demo.clients.kiosk;
    const { status, body } = await post(world, '/openid/device', kiosk, { scope: 'openid profile' });
    assert.equal(status, 200, JSON.stringify(body));
    const phone = await signIn(world.browser, world.demo, 'mother-apart', { viewport: PHONE });
    await phone.goto(`${world.url}/ma-thiet-bi`);
    await lookedInBoth(phone, 'device-code');
    await phone.fill('input[name=user_code]', 'BBBB-BBBB');
    await phone.click('main button[type=submit]');
    await phone.waitForSelector('.govuk-error-summary');
    await phone.fill('input[name=user_code]', body.user_code);
    await phone.click('main button[type=submit]');
    await phone.waitForSelector('form[data-form=consent]');
    await looked(phone, 'device-asked');
    await phone.click('button[value=cho-phep]');
    await phone.waitForURL(/xong=allowed/);
    const tokens = await poll(world, kiosk, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: body.device_code,
    });
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
    assert.ok(tokens.body.id_token);
    await phone.context().close();
  });

  step('a call centre asks, and the person refuses', async () => {
    const centre = world.demo.clients['call-centre'];
    const { status, body } = await post(world, '/openid/ciba', centre, {
      scope: 'openid', login_hint: world.demo.accounts['mother-apart'].login, binding_message: 'Quay 3 so 482',
    });
    assert.equal(status, 200, JSON.stringify(body));
    const phone = await signIn(world.browser, world.demo, 'mother-apart', { viewport: PHONE });
    await phone.goto(`${world.url}/tai-khoan`);
    await lookedInBoth(phone, 'home');
    await phone.click('a[href="/tai-khoan/yeu-cau"].govuk-button');
    await lookedInBoth(phone, 'waiting');
    await phone.click('main a[href^="/tai-khoan/yeu-cau/"]');
    assert.equal((await phone.locator('[data-message]').innerText()).trim(), 'Quay 3 so 482');
    await looked(phone, 'ciba-asked');
    await phone.click('button[value=tu-choi]');
    await phone.waitForURL(/xong=refused/);
    const tokens = await poll(world, centre, { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: body.auth_req_id });
    assert.equal(tokens.body.error, 'access_denied');
    await phone.context().close();
  });
}
