// A parent records that she acts for her children, takes it back, and sees what was; nobody else sees them.
import assert from 'node:assert/strict';
import { signIn } from '../sen.mjs';
import { looked, lookedInBoth } from './account-security.mjs';

export default function authority(world) {
  const step = world.story();

  step('records it over one child, and takes it back', async () => {
    const page = await signIn(world.browser, world.demo, 'mother-of-twins');
    await page.goto(`${world.url}/tai-khoan`);
    await page.click('main a[href="/tai-khoan/uy-quyen"]');
    await page.waitForSelector('[data-none]');
    await lookedInBoth(page, 'authority-none');
    const ward = page.locator('[data-ward]').first();
    const child = (await ward.locator('h3').innerText()).trim();
    await ward.locator('button[value=nhan]').click();
    await page.waitForURL(/xong=given/);
    assert.equal((await page.locator('[data-held] h3').innerText()).trim(), child);
    assert.equal(await page.locator('[data-ward] h3').filter({ hasText: child }).count(), 0);
    await lookedInBoth(page, 'authority-held');
    await page.goto(`${world.url}/tai-khoan/uy-quyen`);
    await page.click('[data-held] button[value=rut]');
    await page.waitForURL(/xong=withdrawn/);
    assert.equal(await page.locator('[data-held]').count(), 0);
    assert.match(await page.locator('[data-past]').innerText(), new RegExp(child));
    await looked(page, 'authority-past-vi');
    await page.context().close();
  });

  step('nobody records it over somebody else’s child', async () => {
    const mine = await signIn(world.browser, world.demo, 'mother-of-twins');
    await mine.goto(`${world.url}/tai-khoan/uy-quyen`);
    const child = await mine.locator('[data-ward]').first().getAttribute('data-ward');
    await mine.context().close();
    const other = await signIn(world.browser, world.demo, 'mother-apart');
    await other.goto(`${world.url}/tai-khoan/uy-quyen`);
    const csrf = await other.locator('input[name=_csrf]').first().inputValue();
    const answer = await other.request.post(`${world.url}/tai-khoan/uy-quyen`, {
      form: { _csrf: csrf, _lam: 'nhan', nguoi: child }, headers: { origin: world.url },
    });
    assert.equal(answer.status(), 403);
    await other.goto(`${world.url}/tai-khoan/uy-quyen`);
    assert.equal(await other.locator('[data-held]').count(), 0);
    await other.context().close();
  });
}
