// Everything works without JavaScript: signing in, filing with a change of province, deciding.
import assert from 'node:assert/strict';
import { BIRTH, file, fillBirth, openTask } from '../deeds.mjs';
import { picture, signIn } from '../sen.mjs';

export default function noScript(world) {
  const step = world.story();

  step('the main filing without JavaScript', async () => {
    const page = await signIn(world.browser, world.demo, 'long-widowed-mother', { javaScriptEnabled: false });
    await page.goto(`${world.url}/tim-kiem?q=khai+sinh`);
    await page.click(`main a[href="/dich-vu/${BIRTH}"]`);
    await page.click('.govuk-button--start');
    await page.waitForURL(/\/khai\//);
    await fillBirth(page, world.url, {
      names: ['Công Tằng Tôn Nữ Bảo Trân'],
      at: {
        'truong-hop': () => page.check('input[name="/situation"][value=unmarried-mother]'),
        'noi-dang-ky': async () => {
          // Another province, and back: the button that scripts press is there to be pressed.
          const choose = async (code) => {
            const province = page.locator('select[name="_tinh./residence/commune_code"]');
            if (!(await province.isVisible())) await page.getByText('Ở tỉnh, thành phố khác').nth(1).click();
            await province.selectOption(code);
            await page.locator('details', { has: province }).locator('button[name=_lam]').click();
            await page.waitForLoadState();
          };
          const commune = (code) => page.locator(`select[name="/residence/commune_code"] option[value="${code}"]`);
          await choose('79');
          assert.equal(await commune('26740').count(), 1);
          await choose('01');
          assert.equal(await commune('26740').count(), 0);
          await page.selectOption('select[name="/residence/commune_code"]', '00008');
          await picture(page, 'no-script-1-place');
        },
      },
    });
    const dossier = await file(page);
    await picture(page, 'no-script-2-filed');
    await page.context().close();

    const officer = await signIn(world.browser, world.demo, 'civil-status-officer-2', { javaScriptEnabled: false });
    await openTask(officer, world.url, dossier.code, /Đăng ký khai sinh/);
    const details = officer.locator('details[data-key=x]');
    await details.locator('summary').click();
    await details.locator('textarea[name=reason]').fill('Chị nộp lại khi có giấy xác nhận.');
    await details.locator('button[value=refuse]').click();
    await officer.waitForURL(/xong=refuse/);
    await officer.context().close();
  });
}
