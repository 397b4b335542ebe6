// The police refuse the residence with a reason; the rest goes on and ends well; the mother reads why.
import assert from 'node:assert/strict';
import { choose, dossierSays, fileBirth, openTask, refuse, workOn } from '../deeds.mjs';
import { picture } from '../sen.mjs';

const CHILD = 'Ngô Đặng Bảo An';
const REASON = 'Chỗ ở đang có tranh chấp (Luật Cư trú 2020, Điều 23 khoản 4). Chị nộp lại khi có quyết định của tòa án.';

export default function refusal(world) {
  const step = world.story();
  let dossier;

  step('a widow files; her husband, who died before the birth, is the father', async () => {
    const page = await world.person('widowed-mother');
    dossier = await fileBirth(page, world.url, { names: [CHILD] });
    await workOn(await world.person('civil-status-officer'), world.url, dossier.code, /Đăng ký khai sinh/, 'refusal-1-dead-father');
  });

  step('a refusal without a reason is not taken', async () => {
    const page = await world.person('police-officer');
    await openTask(page, world.url, dossier.code, /Đăng ký thường trú/);
    const details = await choose(page, 'x');
    await details.locator('button[value=refuse]').click();
    await page.waitForSelector('.govuk-error-summary');
    await picture(page, 'refusal-2-no-reason');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /ghi lý do/);
  });

  step('the police refuse the residence, and the group goes on', async () => {
    const police = await world.person('police-officer');
    await openTask(police, world.url, dossier.code, /Đăng ký thường trú/);
    await refuse(police, REASON);
    await workOn(await world.person('insurance-officer'), world.url, dossier.code, /Cấp thẻ bảo hiểm y tế/);
    await workOn(police, world.url, dossier.code, /Cấp thẻ căn cước/);
  });

  step('the mother reads the reason, and has the other three results', async () => {
    const page = await world.person('widowed-mother');
    await dossierSays(page, world.url, dossier.path, /Mời Anh\/Chị nhận kết quả/, 'the dossier is finished');
    await picture(page, 'refusal-3-finished');
    const row = page.locator('main table tbody tr').filter({ hasText: 'thường trú' });
    assert.match(await row.innerText(), /Bị từ chối/);
    assert.ok((await row.innerText()).includes(REASON), 'the reason stands word for word');
    const results = await page.locator('#ket-qua + ul a').allInnerTexts();
    assert.deepEqual(results.sort(), ['Giấy khai sinh', 'Thẻ bảo hiểm y tế', 'Thẻ căn cước'].sort());
    const id = dossier.path.split('/').pop();
    const view = await (await page.request.get(`${world.url}/api/v1/dossiers/${id}`)).json();
    const member = view.steps.find((s) => s.member === 'residence');
    assert.equal(member.state, 'refused');
    assert.equal(Number(member.status), 8, 'the refused member has status 8');
    await page.goto(`${world.url}/toi/thong-bao`);
    await picture(page, 'refusal-4-notifications');
    assert.match(await page.locator('main').innerText(), /không giải quyết được/);
  });
}
