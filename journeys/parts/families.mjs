// Families that the law sees otherwise: twins; parents who live apart.
import assert from 'node:assert/strict';
import { approve, dossierSays, fileBirth, openTask, workOn } from '../deeds.mjs';
import { picture } from '../sen.mjs';

const GIRL = 'Vũ Bùi Hà My';
const BOY = 'Vũ Bùi Hải Long';
const APART = 'Võ Hoàng Thiên Ân';

export default function families(world) {
  const step = world.story();
  let dossier;

  step('a mother of twins files once; both notices are there', async () => {
    const page = await world.person('mother-of-twins');
    dossier = await fileBirth(page, world.url, {
      names: [],
      at: {
        tre: async () => {
          const children = await page.locator('.sen-entry').all();
          assert.equal(children.length, 2, 'both children are there');
          for (const child of children) {
            const isGirl = /Giới tính\s+Nữ/.test(await child.innerText());
            await child.locator('input[name$="/full_name"]').fill(isGirl ? GIRL : BOY);
          }
          await picture(page, 'twins-1-children');
        },
      },
    });
  });

  step('each child has its own steps, side by side', async () => {
    const civil = await world.person('civil-status-officer-2');
    const police = await world.person('police-officer-2');
    const insurance = await world.person('insurance-officer');
    for (const task of [/Đăng ký khai sinh/, /Đăng ký khai sinh/]) {
      await openTask(civil, world.url, dossier.code, task);
      await approve(civil);
    }
    for (const [officer, task] of [[police, /Đăng ký thường trú/], [insurance, /Cấp thẻ bảo hiểm y tế/], [police, /Cấp thẻ căn cước/]]) {
      await workOn(officer, world.url, dossier.code, task);
      await workOn(officer, world.url, dossier.code, task);
    }
  });

  step('eight results, and two numbers', async () => {
    const page = await world.person('mother-of-twins');
    await dossierSays(page, world.url, dossier.path, /Mời Anh\/Chị nhận kết quả/, 'the twins have everything');
    await picture(page, 'twins-2-finished');
    const links = await page.locator('#ket-qua + ul a').evaluateAll((all) => all.map((a) => [a.textContent, a.href]));
    assert.equal(links.length, 8);
    const numbers = new Map();
    for (const [, href] of links.filter(([name]) => name === 'Giấy khai sinh')) {
      await page.goto(href);
      const paper = await page.locator('.sen-paper').innerText();
      const name = [GIRL, BOY].find((twin) => paper.includes(twin));
      numbers.set(name, paper.match(/\b001\d{9}\b/)?.[0]);
    }
    assert.deepEqual([...numbers.keys()].sort(), [GIRL, BOY].sort());
    // A girl and a boy of this century: 3 and 2.
    assert.equal(numbers.get(GIRL)?.[3], '3');
    assert.equal(numbers.get(BOY)?.[3], '2');
  });

  step('parents live apart: registered at the mother\'s, at home with the father', async () => {
    const page = await world.person('mother-apart');
    dossier = await fileBirth(page, world.url, {
      names: [APART],
      at: {
        'noi-dang-ky': async () => {
          await page.check('input[name="/residence/with"][value=father]');
          const province = page.locator('select[name="_tinh./residence/commune_code"]');
          if (!(await province.isVisible())) await page.getByText('Ở tỉnh, thành phố khác').nth(1).click();
          await Promise.all([page.waitForEvent('framenavigated'), province.selectOption('79')]);
          await page.waitForLoadState();
          await page.selectOption('select[name="/residence/commune_code"]', '26740');
          await picture(page, 'apart-1-place');
        },
      },
    });
    await workOn(await world.person('civil-status-officer'), world.url, dossier.code, /Đăng ký khai sinh/);
    await workOn(await world.person('police-officer-3'), world.url, dossier.code, /Đăng ký thường trú/, 'apart-2-residence-task');
    await workOn(await world.person('insurance-officer-2'), world.url, dossier.code, /Cấp thẻ bảo hiểm y tế/);
    await workOn(await world.person('police-officer-3'), world.url, dossier.code, /Cấp thẻ căn cước/);
    await dossierSays(page, world.url, dossier.path, /Mời Anh\/Chị nhận kết quả/, 'the dossier is finished');
    await picture(page, 'apart-3-finished');
    const steps = await page.locator('main table').first().innerText();
    assert.match(steps, /Ủy ban nhân dân phường Ba Đình/i);
    assert.match(steps, /Công an phường Sài Gòn/i);
    await page.getByRole('link', { name: 'Thông báo kết quả đăng ký thường trú' }).click();
    await page.waitForURL(/ket-qua/);
    const paper = await page.locator('.sen-paper').innerText();
    assert.match(paper, /Phường Sài Gòn, Thành phố Hồ Chí Minh/i);
    assert.ok(paper.includes('đường Pasteur'), 'the address is the father\'s');
    await picture(page, 'apart-4-residence');
  });
}
