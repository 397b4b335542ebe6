// A legal representative asks to act for a company, the counter confirms, and the authority stands among what the person may do.
import assert from 'node:assert/strict';
import { DESK } from './pages.mjs';
import { signIn } from '../sen.mjs';
import { looked, lookedInBoth } from './account-security.mjs';

export default function organisation(world) {
  const step = world.story();
  const company = world.demo.newcomers.find((one) => one.part === 'organisation');
  let code;

  step('the representative asks; another person’s application is told the same and refused at the counter', async () => {
    const page = await signIn(world.browser, world.demo, 'father', { viewport: DESK });
    await page.goto(`${world.url}/tai-khoan/uy-quyen`);
    await page.getByRole('link', { name: 'Làm thay tổ chức mà tôi đại diện' }).click();
    await page.click('main form button[type=submit]');
    await page.waitForSelector('.govuk-error-summary');
    await page.goto(`${world.url}/tai-khoan/to-chuc`);
    await page.click(`a[data-newcomer]:has-text("${company.full_name}")`);
    assert.equal(await page.inputValue('input[name=number]'), company.number);
    await lookedInBoth(page, 'organisation');
    await page.click('main form button[type=submit]');
    code = (await page.locator('.govuk-panel strong').innerText()).trim();
    await looked(page, 'organisation-applied-vi');
    await page.context().close();

    const other = await signIn(world.browser, world.demo, 'mother', { viewport: DESK });
    await other.goto(`${world.url}/tai-khoan/to-chuc?vai=${company.number}`);
    await other.click('main form button[type=submit]');
    const hers = (await other.locator('.govuk-panel strong').innerText()).trim();
    await other.context().close();
    const officer = await signIn(world.browser, world.demo, 'police-officer');
    await officer.goto(`${world.url}/can-bo/tai-khoan`);
    await officer.fill('#so', hers);
    await officer.click('form.sen-filter button');
    await officer.waitForSelector('tr.is-different');
    await officer.fill('#document', '0101234567');
    await officer.check('#seen');
    await officer.click('button[value=xac-nhan-to-chuc]');
    await officer.waitForSelector('.govuk-error-summary');
    await officer.context().close();
  });

  step('the counter confirms, and the representative may act for it until they withdraw', async () => {
    const officer = await signIn(world.browser, world.demo, 'police-officer');
    await officer.goto(`${world.url}/can-bo/tai-khoan`);
    await officer.fill('#so', code);
    await officer.click('form.sen-filter button');
    await officer.waitForSelector('#document');
    assert.equal(await officer.locator('tr.is-different').count(), 0);
    await lookedInBoth(officer, 'desk-organisation');
    await officer.fill('#document', '0101234567');
    await officer.check('#seen');
    await officer.click('button[value=xac-nhan-to-chuc]');
    await officer.waitForURL(/xong=confirmed/);
    await officer.context().close();
    const page = await signIn(world.browser, world.demo, 'father', { viewport: DESK });
    await page.goto(`${world.url}/tai-khoan/uy-quyen`);
    await page.waitForSelector('[data-held]');
    assert.match(await page.locator('[data-held]').innerText(), new RegExp(company.number));
    await lookedInBoth(page, 'authority-organisation');
    await page.locator('[data-held] button').click();
    await page.waitForURL(/xong=withdrawn/);
    assert.equal(await page.locator('[data-held]').count(), 0);
    await page.context().close();
  });
}
