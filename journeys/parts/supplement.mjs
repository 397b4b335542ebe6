// An officer asks for what is missing, everything in one request; the mother answers; it ends well.
import assert from 'node:assert/strict';
import { choose, dossierSays, fileBirth, openTask, workOn } from '../deeds.mjs';
import { picture, reloadUntil } from '../sen.mjs';

const CHILD = 'Lê Gia Bảo';

export default function supplement(world) {
  const step = world.story();
  let dossier;

  step('an unmarried mother files: nobody is asked for a father', async () => {
    const page = await world.person('unmarried-mother');
    dossier = await fileBirth(page, world.url, {
      names: [CHILD],
      at: {
        'cha-me': async () => assert.equal(await page.locator('input[name^="/father/"]').count(), 0),
      },
    });
  });

  step('the officer asks for several things in one request', async () => {
    const page = await world.person('civil-status-officer');
    await openTask(page, world.url, dossier.code, /Đăng ký khai sinh/);
    const details = await choose(page, 'b');
    await details.getByLabel(/Nơi sinh/).check();
    await details.locator('textarea[name=other]').fill('Giấy ủy quyền của ông bà ngoại\nSố điện thoại của người thân');
    await details.locator('textarea[name=note]').fill('Chị ghi rõ tên bệnh viện giúp em.');
    await picture(page, 'supplement-1-asking');
    await Promise.all([page.waitForURL(/xong=ask-supplement/), details.locator('button[value=ask-supplement]').click()]);
    await picture(page, 'supplement-2-inbox');
  });

  step('she sees the status and one next action, and answers', async () => {
    const page = await world.person('unmarried-mother');
    await dossierSays(page, world.url, dossier.path, /Bổ sung ngay/, 'the request reaches her');
    await picture(page, 'supplement-3-owed');
    assert.equal(await page.locator('.sen-next').count(), 1, 'there is one next action');
    const next = await page.locator('.sen-next').innerText();
    for (const word of ['Nơi sinh', 'Giấy ủy quyền của ông bà ngoại', 'Số điện thoại của người thân', 'ghi rõ tên bệnh viện', 'tạm dừng']) {
      assert.ok(next.includes(word), `the next action says ${word}`);
    }
    await page.goto(`${world.url}/toi`);
    await picture(page, 'supplement-4-home');
    assert.match(await page.locator('main').innerText(), /Chờ Anh\/Chị bổ sung/);
    await page.locator('.sen-next a.govuk-button').click();
    await page.waitForURL(/bo-sung/);
    // First without an answer: told at the field, and nothing is lost.
    await page.fill('input[name="/children/0/birth_place"]', 'Bệnh viện Phụ sản Hà Nội, 929 La Thành');
    const [first, second] = await page.locator('textarea[name^="free."]').all();
    await first.fill('Tôi mang bản giấy đến ngày mai.');
    await page.locator('main form button[type=submit]').click();
    await page.waitForSelector('.govuk-error-summary');
    await picture(page, 'supplement-5-error');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /trả lời mục này/);
    assert.equal(await first.inputValue(), 'Tôi mang bản giấy đến ngày mai.');
    assert.equal(await page.inputValue('input[name="/children/0/birth_place"]'), 'Bệnh viện Phụ sản Hà Nội, 929 La Thành');
    await second.fill('0912 345 678, mẹ tôi');
    await Promise.all([page.waitForURL(/xong=/), page.locator('main form button[type=submit]').click()]);
    await picture(page, 'supplement-6-answered');
    assert.match(await page.locator('main').innerText(), /Đã gửi phần bổ sung/);
  });

  step('the officer reads the answers; everything ends well', async () => {
    const officer = await world.person('civil-status-officer');
    await openTask(officer, world.url, dossier.code, /Đăng ký khai sinh/);
    await reloadUntil(officer, async () => (await officer.locator('main').innerText()).includes('929 La Thành'), 'the answer reaches the officer');
    await picture(officer, 'supplement-7-answer-read');
    const seen = await officer.locator('main').innerText();
    for (const word of ['Tôi mang bản giấy đến ngày mai.', '0912 345 678']) assert.ok(seen.includes(word), `the officer reads ${word}`);
    await workOn(officer, world.url, dossier.code, /Đăng ký khai sinh/);
    const police = await world.person('police-officer');
    await workOn(police, world.url, dossier.code, /Đăng ký thường trú/);
    await workOn(await world.person('insurance-officer'), world.url, dossier.code, /Cấp thẻ bảo hiểm y tế/);
    await workOn(police, world.url, dossier.code, /Cấp thẻ căn cước/);
    const page = await world.person('unmarried-mother');
    await dossierSays(page, world.url, dossier.path, /Mời Anh\/Chị nhận kết quả/, 'the dossier is finished');
    await picture(page, 'supplement-8-finished');
    await page.getByRole('link', { name: 'Giấy khai sinh', exact: true }).click();
    await page.waitForURL(/ket-qua/);
    const paper = await page.locator('.sen-paper').innerText();
    assert.ok(paper.includes('929 La Thành'), 'the certificate has what she answered');
    assert.ok(!/Cha ·|Cha$/m.test(paper), 'and names no father');
    await picture(page, 'supplement-9-certificate');
  });
}
