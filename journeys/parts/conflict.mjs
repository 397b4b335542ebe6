// Two officers' windows on one task: one wins, the other is told, nothing happens twice.
import assert from 'node:assert/strict';
import { choose, dossierSays, fileBirth, openTask } from '../deeds.mjs';
import { picture } from '../sen.mjs';

// Her husband died too long before to be the father: she files alone.
const MOTHER = 'long-widowed-mother';
const CHILD = 'Công Tằng Tôn Nữ Bảo Ngọc';
const unmarried = (page) => page.check('input[name="/situation"][value=unmarried-mother]');

export default function conflict(world) {
  const step = world.story();

  step('the same filing twice is one dossier', async () => {
    const page = await world.person(MOTHER);
    const { csrf } = await (await page.request.get(`${world.url}/api/v1/session`)).json();
    const values = (await (await page.request.get(`${world.url}/api/v1/filings/3.000722/prefill`)).json()).values;
    values.children[0].full_name = CHILD;
    values.situation = 'unmarried-mother';
    delete values.father;
    const send = () => page.request.post(`${world.url}/api/v1/filings/3.000722`, {
      headers: { 'x-csrf-token': csrf },
      data: { values, idempotency_key: 'twice' },
    });
    const answers = await Promise.all([send(), send(), send()]);
    const filed = await Promise.all(answers.map(async (answer) => [answer.status(), await answer.json()]));
    for (const [status, body] of filed) {
      // While the first is at work the others may be told to come again.
      assert.ok(status === 200 || [409, 503].includes(status), `${status} ${JSON.stringify(body)}`);
    }
    const again = await (await send()).json();
    for (const [status, body] of filed) if (status === 200) assert.deepEqual(body, again, 'each time the same answer');
    const { dossiers } = await (await page.request.get(`${world.url}/api/v1/dossiers`)).json();
    assert.equal(dossiers.filter((dossier) => dossier.id === again.dossier).length, 1);
  });

  step('two windows approve and refuse the same task: the second is told', async () => {
    const mother = await world.person(MOTHER);
    const dossier = await fileBirth(mother, world.url, { names: [CHILD], at: { 'truong-hop': unmarried } });
    const first = await world.person('civil-status-officer-2');
    await openTask(first, world.url, dossier.code, /Đăng ký khai sinh/);
    // The same officer's second window: what counts is the version of the task that was seen.
    const second = await first.context().newPage();
    await second.goto(first.url());
    const refusal = await choose(second, 'x');
    await refusal.locator('textarea[name=reason]').fill('Trùng hồ sơ.');
    const approval = await choose(first, 'd');
    const statuses = await Promise.all([
      [first, approval.locator('button[value=approve]')],
      [second, refusal.locator('button[value=refuse]')],
    ].map(async ([page, button]) => {
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/can-bo/viec/')),
        button.click(),
      ]);
      return answer.status();
    }));
    assert.deepEqual([...statuses].sort(), [303, 409], 'one wins, the other is in conflict');
    const told = statuses[0] === 409 ? first : second;
    // On the task's page, or, where the other decision ended the case, on a page of its own.
    await told.getByText(/Người khác vừa xử lý việc này/).first().waitFor();
    await picture(told, 'conflict-1-told');
    await dossierSays(mother, world.url, dossier.path, /Đã chuyển đến|Bị từ chối/, 'one decision took effect');
    const view = await (await mother.request.get(`${world.url}/api/v1/dossiers/${dossier.path.split('/').pop()}`)).json();
    const births = view.steps.filter((s) => s.member === 'birth');
    assert.equal(births.length, 1);
    assert.equal(births[0].state, statuses[0] === 303 ? 'done' : 'refused', 'and it is the winner\'s');
    await second.close();
  });
}
