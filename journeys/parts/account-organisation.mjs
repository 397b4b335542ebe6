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
    assert.match(await officer.locator('table').first().innerText(), new RegExp(world.demo.accounts.father.login));
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
    await page.context().close();
  });

  step('the representative authorises somebody, who sees it in their account until it is ended', async () => {
    // Whose account of level 2 the enrolment before has opened.
    const man = world.demo.newcomers.find((one) => one.part === 'father-of-twins');
    const [year, month, day] = man.birth_date.split('-');
    const page = await signIn(world.browser, world.demo, 'father', { viewport: DESK });
    await page.goto(`${world.url}/tai-khoan/uy-quyen`);
    await page.click('[data-held] a');
    await page.waitForSelector('[data-none]');
    const fill = async (birthYear) => {
      await page.fill('#number', man.number);
      await page.fill('#full_name', man.full_name);
      await page.fill('#birth_date', day);
      await page.fill('#birth_date-m', month);
      await page.fill('#birth_date-y', birthYear);
      await page.fill('#evidence', '12/2026/GUQ');
      await page.click('button[value=cu]');
    };
    await fill(String(Number(year) - 1));
    await page.waitForSelector('.govuk-error-summary');
    assert.equal(await page.inputValue('#full_name'), man.full_name, 'what was typed is kept');
    await lookedInBoth(page, 'organisation-agent-refused');
    await fill(year);
    await page.waitForURL(/xong=appointed/);
    assert.match(await page.locator('[data-agent]').innerText(), new RegExp(man.full_name));
    await lookedInBoth(page, 'organisation-agents');

    const agent = await signIn(world.browser, world.demo, 'newcomer', { viewport: DESK });
    await agent.goto(`${world.url}/tai-khoan/uy-quyen`);
    assert.match(await agent.locator('[data-held]').innerText(), new RegExp(company.full_name));
    assert.equal(await agent.locator('[data-held] a').count(), 0, 'an agent authorises nobody');
    await agent.goto(`${world.url}/tai-khoan/lich-su`);
    await agent.waitForSelector(`main:has-text("${company.full_name}")`);
    await looked(agent, 'history-agent-vi');

    await page.goto(page.url().split('?')[0]);
    await page.click('button[value=thoi]');
    await page.waitForURL(/xong=dismissed/);
    await agent.goto(`${world.url}/tai-khoan/uy-quyen`);
    assert.equal(await agent.locator('[data-held]').count(), 0);
    await agent.context().close();
    await page.goto(`${world.url}/tai-khoan/uy-quyen`);
    await page.locator('[data-held] button').click();
    await page.waitForURL(/xong=withdrawn/);
    assert.equal(await page.locator('[data-held]').count(), 0);
    await page.context().close();
  });
}
