// How somebody comes to an account: asks for level 1 or 2, is seen at the counter of the commune's police, sets a password
// with the word that a message brought, signs in; then a lock, an unlock, a recovery, and a child's account.
import assert from 'node:assert/strict';
import { DESK, PHONE } from './pages.mjs';
import { oneTimeCode } from '../code.mjs';
import { reloadUntil, signIn } from '../sen.mjs';
import { looked, lookedInBoth } from './account-security.mjs';

const PASSWORD = 'con đò qua sông mùa nước lớn';
const AGAIN = 'cây gạo đầu làng nở tháng ba';

export default function enrolment(world) {
  const step = world.story();
  const one = (part) => world.demo.newcomers.find((person) => person.part === part);
  let man;
  let officer;
  let secret;

  /** A fresh browser of nobody. */
  const stranger = async (options = {}) => {
    const context = await world.browser.newContext({ viewport: DESK, locale: 'vi-VN', ...options });
    context.setDefaultTimeout(20_000);
    return context.newPage();
  };

  const apply = async (page, path, person, { level, phone = person.phone } = {}) => {
    await page.goto(`${world.url}${path}?vai=${person.number}`);
    assert.equal(await page.inputValue('input[name=number]'), person.number);
    await page.fill('input[name=phone]', phone);
    await page.check(`input[name=level][value="${level}"]`);
    await page.click('main form button[type=submit]');
    return (await page.locator('.govuk-panel strong').innerText()).trim();
  };

  /** The last message to a phone, where there is one. */
  const message = async (number, pattern) => {
    const page = await stranger();
    await page.goto(`${world.url}/tin-nhan`);
    const international = `+84${number.slice(1)}`;
    const to = page.locator('[data-message]').filter({ hasText: international }).first();
    // Messages leave beside the answer.
    await reloadUntil(page, async () => (await to.count()) && pattern.test(await to.innerText()), `a message to ${number}`);
    const [, word] = pattern.exec(await to.innerText());
    await page.context().close();
    return word;
  };
  const WORD = /là ([A-Z2-9]{16})\./;
  const CODE = /^[\s\S]*?(\d{6}) là mã đăng nhập/;

  const activate = async (page, word, password, withApp = true) => {
    await page.goto(`${world.url}/tai-khoan/kich-hoat`);
    await page.fill('input[name=token]', word.toLowerCase());
    await page.fill('input[name=new]', password);
    const drawn = (await page.locator('[data-secret]').innerText()).trim();
    if (withApp) await page.fill('input[name=code]', oneTimeCode(drawn));
    await page.click('main form button[type=submit]');
    return drawn;
  };

  const enter = async (page, login, password, code = '') => {
    await page.goto(`${world.url}/dang-nhap`);
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', password);
    await page.fill('input[name=code]', code);
    await page.click('form[data-form=sign-in] button[type=submit]');
    await page.waitForLoadState();
  };

  /** The made-up picture that the page offers. */
  async function portraitOn(page) {
    const [, picture] = (await page.locator('[data-portrait]').first().getAttribute('href')).split('base64,');
    return { name: 'chan-dung.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(picture, 'base64') };
  }
  let portrait;

  step('level 1: whose phone the register knows is sent the word at once', async () => {
    man = one('father-of-twins');
    const page = await stranger();
    await page.goto(`${world.url}/dang-nhap`);
    await page.click('a[href="/tai-khoan/mo"]');
    await lookedInBoth(page, 'apply');
    // Nothing filled in, and a phone that is none.
    await page.click('main form button[type=submit]');
    await page.waitForSelector('.govuk-error-summary');
    await looked(page, 'apply-wrong-vi');
    await apply(page, '/tai-khoan/mo', man, { level: 1 });
    await looked(page, 'applied-1-vi');
    assert.doesNotMatch(await page.locator('main').innerText(), WORD, 'the word is in the message only');
    const word = await message(man.phone, WORD);

    await page.goto(`${world.url}/tai-khoan/kich-hoat`);
    await lookedInBoth(page, 'activate');
    await activate(page, word, 'ngan', false);
    assert.match(await page.locator('.govuk-error-summary').innerText(), /ký tự/);
    await activate(page, word, PASSWORD, false);
    await page.waitForURL(/xong=kich-hoat/);
    await looked(page, 'activated-vi');
    await activate(page, word, AGAIN, false);
    assert.match(await page.locator('.govuk-error-summary').innerText(), /không dùng được/);
    await page.context().close();
  });

  step('a code by message is the second factor of who has no app', async () => {
    const page = await stranger();
    await page.goto(`${world.url}/dang-nhap`);
    await page.click('[data-send-code]');
    await page.waitForSelector('.govuk-error-summary');
    // The same words for a name that nobody has.
    const said = [];
    for (const login of ['001199999999', man.number]) {
      await page.goto(`${world.url}/dang-nhap`);
      await page.fill('input[name=login]', login);
      await page.click('[data-send-code]');
      said.push(await page.locator('.sen-verdict').innerText());
    }
    assert.equal(said[0], said[1]);
    await lookedInBothHere(page);
    const code = await message(man.phone, CODE);
    await enter(page, man.number, PASSWORD, code);
    assert.match(page.url(), /\/toi$/);
    await page.goto(`${world.url}/tai-khoan`);
    assert.match(await page.locator('main').innerText(), /Mức xác thực 2/);
    assert.match(await page.locator('main').innerText(), /Mức độ 1/);
    await lookedInBoth(page, 'home-level-1');
    await page.context().close();
  });

  /** A page that came by a form: it is looked at as it stands. */
  async function lookedInBothHere(page) { await looked(page, 'code-sent-vi'); }

  step('level 2: the officer calls it up, compares, and does not see the word', async () => {
    const page = await stranger();
    // Somebody else asked first, with a phone of their own.
    const theirs = await apply(page, '/tai-khoan/mo', man, { level: 2, phone: '0911111111' });
    const code = await apply(page, '/tai-khoan/mo', man, { level: 2 });
    await looked(page, 'applied-2-vi');
    await page.context().close();

    officer = await signIn(world.browser, world.demo, 'police-officer');
    await officer.click('a[href="/can-bo/tai-khoan"]');
    await lookedInBoth(officer, 'desk-list-empty');
    const callUp = async (word) => {
      await officer.goto(`${world.url}/can-bo/tai-khoan`);
      await officer.fill('#so', word);
      await officer.click('form.sen-filter button');
      await officer.waitForLoadState();
    };
    await callUp(theirs);
    const confirm = async (picture) => {
      await officer.fill('#phone', man.phone);
      await officer.fill('#document', man.number);
      if (picture) await officer.setInputFiles('#face', picture);
      await officer.check('#seen');
      await officer.click('button[value=xac-nhan]');
      await officer.waitForLoadState();
    };
    await confirm();
    assert.match(await officer.locator('.govuk-error-summary').innerText(), /Có thể người khác/);
    await looked(officer, 'desk-phone-differs-vi');
    await officer.click('summary:has-text("Từ chối")');
    await officer.fill('#reason', 'Số điện thoại không phải của người dân');
    await officer.click('button[value=tu-choi]');
    await officer.waitForURL(/xong=refused/);

    await callUp(code);
    assert.equal(await officer.locator('tr.is-different').count(), 0);
    await lookedInBoth(officer, 'desk');
    await officer.click('button[value=xac-nhan]');
    await officer.waitForSelector('.govuk-error-summary');
    portrait = await portraitOn(officer);
    await confirm({ ...portrait, buffer: Buffer.from('somebody else') });
    assert.match(await officer.locator('.govuk-error-summary').innerText(), /Ảnh không phải/);
    await looked(officer, 'desk-face-differs-vi');
    await confirm(portrait);
    assert.match(await officer.locator('[data-sent]').innerText(), new RegExp(man.phone.slice(-3)));
    assert.doesNotMatch(await officer.locator('main').innerText(), /[A-Z2-9]{16}/);
    await looked(officer, 'desk-opened-vi');
    const lost = await message(man.phone, WORD);

    // It did not arrive: another one, and the first is dead.
    await callUp(code);
    await lookedInBoth(officer, 'desk-approved');
    await officer.fill('#phone', man.phone);
    await officer.click('button[value=gui-lai]');
    await officer.waitForSelector('[data-sent]');
    let word = lost;
    for (let n = 0; word === lost && n < 20; n += 1) word = await message(man.phone, WORD);
    const own = await stranger({ javaScriptEnabled: false });
    await activate(own, lost, PASSWORD);
    await own.waitForSelector('.govuk-error-summary');
    secret = await activate(own, word, PASSWORD);
    await own.waitForURL(/xong=kich-hoat/);
    await own.context().close();
  });

  step('the account signs in with two factors, and proves itself again before it is changed', async () => {
    world.demo.accounts.newcomer = { login: man.number, password: PASSWORD, totp_secret: secret };
    const page = await signIn(world.browser, world.demo, 'newcomer', { viewport: PHONE });
    await page.goto(`${world.url}/tai-khoan`);
    assert.match(await page.locator('main').innerText(), /Mức độ 2/);
    await lookedInBoth(page, 'home-level-2');
    await page.goto(`${world.url}/dang-nhap/them?muc=3&tiep=/tai-khoan`);
    assert.match(await page.locator('main').innerText(), /sinh trắc/);
    await lookedInBoth(page, 'step-up-3');
    await page.setInputFiles('#face', { ...portrait, buffer: Buffer.from('somebody else') });
    await page.click('form[action$="/khuon-mat"] button');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /Chưa nhận ra/);
    assert.deepEqual(await portraitOn(page), portrait, 'the same person at the counter and here');
    await page.setInputFiles('#face', portrait);
    await page.click('form[action$="/khuon-mat"] button');
    await page.waitForURL(/\/tai-khoan$/);
    await page.goto(`${world.url}/tai-khoan/lich-su`);
    assert.match(await page.locator('main').innerText(), /khuôn mặt/);
    await page.goto(`${world.url}/dang-nhap/them?muc=2&tiep=/tai-khoan/bao-mat`);
    await lookedInBoth(page, 'step-up-2');
    await page.fill('input[name=code]', '000000');
    await page.click('form[action="/dang-nhap/them"] button');
    await page.waitForSelector('.govuk-error-summary');
    await page.goto(`${world.url}/tai-khoan/lich-su`);
    const history = await page.locator('main').innerText();
    for (const line of [/Kích hoạt/, /Nâng mức độ/, /Số điện thoại nhận mã/, /mã gửi qua tin nhắn/]) assert.match(history, line);
    await page.context().close();
  });

  step('the counter locks, unlocks and gives access again; the lost phone opens nothing', async () => {
    const owner = await signIn(world.browser, world.demo, 'newcomer');
    const toAccount = async () => {
      await officer.goto(`${world.url}/can-bo/tai-khoan`);
      await officer.fill('#so', man.number);
      await officer.click('form.sen-filter button');
      await officer.waitForURL(/\/can-bo\/tai-khoan\/nguoi\//);
    };
    await toAccount();
    await lookedInBoth(officer, 'desk-account');
    await officer.click('summary:has-text("Khóa tài khoản")');
    await officer.fill('#lock-reason', 'Người dân báo mất điện thoại');
    await officer.click('button[value=khoa]');
    await officer.waitForURL(/xong=locked/);
    await looked(officer, 'desk-locked-vi');
    await owner.goto(`${world.url}/toi`);
    assert.match(owner.url(), /\/dang-nhap/, 'its sessions are over');
    await enter(owner, man.number, PASSWORD, oneTimeCode(secret, Date.now() + 30_000));
    assert.match(await owner.locator('.govuk-error-summary').innerText(), /không đúng/, 'nobody learns that it is locked');

    await officer.fill('#unlock-reason', 'Đã tìm thấy điện thoại');
    await officer.click('button[value=mo]');
    await officer.waitForURL(/xong=unlocked/);

    const recover = officer.locator('form:has(button[value=cap-lai])');
    if (!(await recover.isVisible())) await officer.click('summary:has-text("Cấp lại")');
    await recover.locator('input[name=document]').fill(man.number);
    await recover.locator('input[name=seen]').check();
    await recover.locator('button[value=cap-lai]').click();
    const word = (await officer.locator('[data-activation]').innerText()).trim();
    await looked(officer, 'desk-recovered-vi');
    const fresh = await activate(owner, word, AGAIN);
    await owner.waitForURL(/xong=kich-hoat/);
    await enter(owner, man.number, PASSWORD, oneTimeCode(secret, Date.now()));
    assert.match(await owner.locator('.govuk-error-summary').innerText(), /không đúng/);
    await owner.context().close();
    world.demo.accounts.newcomer = { login: man.number, password: AGAIN, totp_secret: fresh };
    const again = await signIn(world.browser, world.demo, 'newcomer');
    await again.goto(`${world.url}/tai-khoan/lich-su`);
    assert.match(await again.locator('main').innerText(), /Cán bộ tại quầy mở xem tài khoản/);
    await again.context().close();
  });

  step('a parent asks for a child, and nobody for somebody else’s', async () => {
    const child = one('girl-of-nine');
    const other = await signIn(world.browser, world.demo, 'mother-apart');
    await other.goto(`${world.url}/tai-khoan/con?vai=${child.number}`);
    await lookedInBoth(other, 'apply-child');
    await other.goto(`${world.url}/tai-khoan/con?vai=${child.number}`);
    await other.click('main form button[type=submit]');
    await other.waitForLoadState();
    assert.equal(await other.locator('.govuk-panel').count(), 0);
    await other.context().close();

    const mother = await signIn(world.browser, world.demo, 'mother-of-twins');
    const code = await apply(mother, '/tai-khoan/con', child, { level: 2 });
    await looked(mother, 'applied-child-vi');
    await officer.goto(`${world.url}/can-bo/tai-khoan`);
    await officer.fill('#so', code);
    await officer.click('form.sen-filter button');
    await officer.waitForSelector('#document');
    assert.match(await officer.locator('main').innerText(), /Cha, mẹ hoặc người giám hộ/);
    await officer.fill('#phone', child.phone);
    await officer.fill('#document', child.number);
    await officer.check('#seen');
    await officer.click('button[value=xac-nhan]');
    await officer.waitForSelector('[data-sent]');
    const word = await message(child.phone, WORD);
    const page = await stranger({ viewport: PHONE });
    const own = await activate(page, word, PASSWORD);
    await page.waitForURL(/xong=kich-hoat/);
    await page.context().close();
    world.demo.accounts.child = { login: child.number, password: PASSWORD, totp_secret: own };
    const signedIn = await signIn(world.browser, world.demo, 'child', { viewport: PHONE });
    assert.match(signedIn.url(), /\/toi$/);
    await signedIn.context().close();
    await mother.context().close();
    const messages = await stranger();
    await messages.goto(`${world.url}/tin-nhan`);
    await lookedInBoth(messages, 'messages');
    await messages.context().close();
    await officer.context().close();
  });
}
