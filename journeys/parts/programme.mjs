// A coordinator sees what the reader doubted; a ministry reports a task with evidence, has it sent back, reports again and
// is done; another ministry can neither report on it nor read what was written; all of it stands in the history.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { picture, signIn } from '../sen.mjs';
import { PHONE, barriers, overflow, sound } from './pages.mjs';

const TASK = 'Rà soát, bãi bỏ giấy tờ';
const NOTE = 'Đã rà soát 42 giấy tờ, đề nghị bãi bỏ 17.';

/** Presses a button of the page and waits until the page says that it is done. */
async function press(page, button, done) {
  await Promise.all([page.waitForURL(new RegExp(`xong=${done}`)), button.click()]);
}

const main = (page) => page.locator('main').innerText();
const evidence = (text) => ({ name: 'báo cáo rà soát.pdf', mimeType: 'application/pdf', buffer: Buffer.from(text) });

export default function programme(world) {
  const step = world.story();
  let task;
  let file;

  step('the coordinator sees the directive, how it stands, and what its reader doubted', async () => {
    const page = await world.person('programme-coordinator');
    assert.ok(page.url().endsWith('/dieu-hanh/nhiem-vu'), 'a coordinator begins with the tasks');
    await page.goto(`${world.url}/dieu-hanh/van-ban`);
    await sound(page, 'programme-directives');
    await page.locator('main table a').filter({ hasText: '12/CT-MAU' }).click();
    const text = await main(page);
    assert.match(text, /Không biết cơ quan này: “Nhà in Hoa Sen”/);
    assert.match(text, /văn bản ghi 4, danh sách có 3/);
    assert.match(text, /1 đoạn không thuộc nhiệm vụ nào|đoạn không thuộc nhiệm vụ nào/);
    await sound(page, 'programme-directive');
  });

  step('what is late is one press away', async () => {
    const page = await world.person('programme-coordinator');
    await page.goto(`${world.url}/dieu-hanh/nhiem-vu`);
    await sound(page, 'programme-given');
    await page.locator('.sen-tiles .is-late a').click();
    await page.waitForURL(/loc=tre/);
    const row = page.locator('tbody tr').filter({ hasText: TASK });
    assert.match(await row.innerText(), /quá hạn 1\d ngày/);
    await sound(page, 'programme-late');
    await page.selectOption('#don-vi', 'ministry-justice');
    await page.getByRole('button', { name: 'Xem' }).click();
    await page.waitForURL(/don-vi=ministry/);
    assert.equal(await page.locator('tbody tr').count(), 1, 'late, of one body');
    await page.goto(`${world.url}/dieu-hanh/nhiem-vu?loc=mo&trang=2`);
    assert.ok(await page.locator('tbody tr').count(), 'long lists have a second page');
    await page.locator('a[rel=prev]').click();
    await page.waitForURL(/trang=1/);
    assert.ok(await page.locator('tbody tr').count());
  });

  step('a ministry reports its own task, and not without evidence', async () => {
    const page = await world.person('programme-reporter');
    await page.goto(`${world.url}/dieu-hanh/nhiem-vu`);
    assert.equal(await page.locator('tbody tr').filter({ hasText: 'Cấp số định danh cá nhân' }).locator('td', { hasText: 'đang thực hiện' }).count(), 1, 'tasks that it supports are there too');
    await sound(page, 'programme-owed');
    await page.locator('tbody a').filter({ hasText: TASK }).click();
    task = new URL(page.url()).pathname;
    await sound(page, 'programme-report');
    await page.fill('#progress', '100');
    await page.getByLabel('Nhiệm vụ đã hoàn thành').check();
    await page.fill('#note', NOTE);
    await page.getByRole('button', { name: 'Gửi báo cáo' }).click();
    await page.waitForSelector('.govuk-error-summary');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /ít nhất một minh chứng/);
    assert.deepEqual(await barriers(page), []);
    assert.equal(await page.inputValue('#note'), NOTE, 'what was typed is not lost');
    await picture(page, 'programme-refused');
    await page.setInputFiles('#file', evidence('lần một'));
    await page.locator('summary').filter({ hasText: 'Số liệu' }).click();
    await page.fill('#figure_name', 'Giấy tờ đã rà soát');
    await page.fill('#figure', '1.042,5');
    await page.fill('#unit', 'loại');
    await press(page, page.getByRole('button', { name: 'Gửi báo cáo' }), 'bao-cao');
    const text = await main(page);
    assert.match(text, /chờ phê duyệt/);
    assert.match(text, /1042,5 loại/);
    file = await page.locator('a[href*="/minh-chung"]').first().getAttribute('href');
    await sound(page, 'programme-reported');
  });

  step('another ministry neither reports on it nor reads what was written', async () => {
    const page = await world.person('programme-reporter-2');
    await page.goto(`${world.url}${task}`);
    const text = await main(page);
    assert.ok(text.includes(TASK) && !text.includes(NOTE) && !text.includes('báo cáo rà soát.pdf'));
    assert.equal(await page.locator('form[action$="/bao-cao"], form[action$="/quyet-dinh"]').count(), 0);
    const csrf = await page.locator('input[name=_csrf]').first().getAttribute('value');
    const send = (path, fields) => page.request.post(`${world.url}${task}${path}`, { ...fields, maxRedirects: 0 });
    const report = await send('/bao-cao', { multipart: { _csrf: csrf, progress: '100', file: evidence('giả') } });
    assert.ok([403, 404].includes(report.status()), `${report.status()}`);
    const decided = await send('/quyet-dinh', { form: { _csrf: csrf, body: 'ministry-justice', report: new URLSearchParams(file.split('?')[1]).get('bao-cao'), decision: 'dong-y' } });
    assert.equal(decided.status(), 403);
    assert.equal((await page.request.get(`${world.url}${file}`)).status(), 404);
    const stranger = await world.person('civil-status-officer');
    assert.equal((await stranger.request.get(`${world.url}${task}`)).status(), 403);
    assert.equal((await stranger.request.get(`${world.url}/dieu-hanh/van-ban`)).status(), 403);
  });

  step('the coordinator sends it back, with a reason', async () => {
    const page = await world.person('programme-coordinator');
    await page.goto(`${world.url}${task}`);
    await sound(page, 'programme-decide');
    await page.getByRole('button', { name: 'Trả lại' }).click();
    await page.waitForSelector('.govuk-error-summary');
    assert.deepEqual(await barriers(page), []);
    await page.fill('#reason', 'Chưa có danh mục giấy tờ được bãi bỏ.');
    await press(page, page.getByRole('button', { name: 'Trả lại' }), 'tra-lai');
  });

  step('the ministry reads why, reports again, and the coordinator approves what the file shows', async () => {
    const ministry = await world.person('programme-reporter');
    await ministry.goto(`${world.url}${task}`);
    assert.match(await main(ministry), /Chưa có danh mục giấy tờ được bãi bỏ\./);
    await sound(ministry, 'programme-returned');
    await ministry.fill('#progress', '100');
    await ministry.getByLabel('Nhiệm vụ đã hoàn thành').check();
    await ministry.setInputFiles('#file', evidence('lần hai, kèm danh mục'));
    await press(ministry, ministry.getByRole('button', { name: 'Gửi báo cáo' }), 'bao-cao');
    const page = await world.person('programme-coordinator');
    await page.goto(`${world.url}/dieu-hanh/nhiem-vu?loc=cho`);
    await page.locator('tbody a').filter({ hasText: TASK }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.sen-card a[href*="/minh-chung"]').click()]);
    assert.equal(readFileSync(await download.path(), 'utf8'), 'lần hai, kèm danh mục');
    assert.equal(download.suggestedFilename(), 'báo cáo rà soát.pdf');
    await press(page, page.getByRole('button', { name: 'Công nhận hoàn thành' }), 'dong-y');
    const events = await page.locator('ol.sen-list').last().locator('.sen-list__title').allInnerTexts();
    const kinds = events.map((line) => line.split(/[:·]/)[0].trim()).filter((kind) => kind !== 'Nhắc').reverse();
    assert.deepEqual(kinds, ['Đọc từ văn bản', 'Báo cáo', 'Trả lại báo cáo', 'Báo cáo', 'Công nhận hoàn thành']);
    await sound(page, 'programme-done');
  });

  step('a later document changes a task, and the old words stay', async () => {
    const page = await world.person('programme-coordinator');
    await page.goto(`${world.url}/dieu-hanh/nhiem-vu?loc=tre`);
    await page.locator('tbody a').filter({ hasText: 'Cấp số định danh cá nhân' }).click();
    await page.locator('summary').filter({ hasText: 'Sửa đổi nhiệm vụ' }).click();
    await page.fill('#amend_deadline', 'Tháng 12/2099');
    await page.getByRole('button', { name: 'Lưu sửa đổi' }).click();
    await page.waitForSelector('.govuk-error-summary');
    assert.equal(await page.inputValue('#amend_deadline'), 'Tháng 12/2099');
    await page.fill('#basis', '25/QĐ-MAU');
    await press(page, page.getByRole('button', { name: 'Lưu sửa đổi' }), 'sua-doi');
    const text = await main(page);
    assert.match(text, /25\/QĐ-MAU/);
    assert.match(text, /31\/12\/2099/);
    await page.locator('summary').filter({ hasText: 'Nội dung trước khi sửa đổi' }).click();
    assert.match(await main(page), /Bản 1, theo 12\/CT-MAU/);
    await sound(page, 'programme-amended');
  });

  step('a directive is read in on the page, and the same again changes nothing', async () => {
    const page = await world.person('programme-coordinator');
    const path = `${world.url}/dieu-hanh/van-ban`;
    const opened = async () => {
      await page.goto(path);
      await page.locator('summary').filter({ hasText: 'Đọc văn bản mới' }).click();
    };
    const send = page.getByRole('button', { name: 'Đọc và lưu' });
    await opened();
    await send.click();
    await page.waitForSelector('.govuk-error-summary');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /Hãy chọn tệp văn bản/);
    assert.deepEqual([...await barriers(page), ...await overflow(page)], []);
    await picture(page, 'programme-import-refused');
    const table = '\ufeffSTT,Nội dung,Đơn vị chủ trì,Đơn vị phối hợp,Thời gian hoàn thành,Sản phẩm\n'
      + '1,Sơn lại phòng tiếp dân,Bộ Tư pháp,,Tháng 12/2099,Phòng\n2,Mua ghế,Nhà ăn Hoa Sen,,Khi nào đói,Ghế\n';
    const csv = { name: 'viec.csv', mimeType: 'text/csv', buffer: Buffer.from(table) };
    await page.setInputFiles('#directive', csv);
    await send.click();
    await page.waitForSelector('.govuk-error-summary');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /số hoặc ngày của văn bản/);
    const filled = async () => {
      await page.setInputFiles('#directive', csv);
      await page.fill('#number', '78/KH-THU');
      for (const [part, value] of [['', '5'], ['-m', '1'], ['-y', '2026']]) await page.fill(`#issued_on${part}`, value);
    };
    await filled();
    await press(page, send, 'da-doc');
    assert.match(await main(page), /Không biết cơ quan này: “Nhà ăn Hoa Sen”/);
    await sound(page, 'programme-imported');
    await opened();
    await filled();
    await press(page, send, 'nhu-truoc');
    const ministry = await world.person('programme-reporter');
    await ministry.goto(path);
    assert.equal(await ministry.locator('form[action="/dieu-hanh/van-ban"]').count(), 0, 'who only reports reads nothing in');
  });

  step('the weekly report of every body, on paper and as a document', async () => {
    const page = await world.person('programme-coordinator');
    await page.goto(`${world.url}/dieu-hanh/bao-cao-nhiem-vu?ky=tuan`);
    const row = page.locator('tbody tr').filter({ hasText: 'Bộ Tư pháp' });
    assert.ok(await row.count());
    const late = page.locator('tfoot td').nth(6);
    assert.equal(await late.innerText(), '1', 'what is due later this week is not late yet');
    await sound(page, 'programme-period');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href*="bao-cao-nhiem-vu.doc"]').click()]);
    const text = readFileSync(await download.path(), 'utf8');
    assert.ok(text.includes('Bộ Tư pháp') && !text.includes('<nav'), 'the figures, without the site');
    const ministry = await world.person('programme-reporter');
    await ministry.goto(`${world.url}/dieu-hanh/bao-cao-nhiem-vu?ky=thang`);
    assert.equal(await ministry.locator('tbody tr').filter({ hasText: 'Bộ Công an' }).count(), 0, 'of its own tasks only');
  });

  step('without JavaScript, on a phone', async () => {
    const page = await signIn(world.browser, world.demo, 'programme-reporter', { javaScriptEnabled: false, viewport: PHONE });
    await page.goto(`${world.url}/dieu-hanh/nhiem-vu?loc=sap`);
    await page.locator('tbody a').filter({ hasText: 'Công khai tiến độ giải quyết hồ sơ' }).click();
    await page.fill('#progress', '30');
    await press(page, page.getByRole('button', { name: 'Gửi báo cáo' }), 'bao-cao');
    assert.match(await main(page), /30 %/);
    await picture(page, 'programme-no-script-360');
    await page.context().close();
  });

  step('a directive is read in at the terminal, and the same again changes nothing', async (t) => {
    if (!world.demo.data) return t.skip('a demo that runs already');
    const folder = mkdtempSync(join(tmpdir(), 'sen-directive-'));
    try {
      const path = join(folder, 'thu.md');
      writeFileSync(path, 'Số: 77/KH-THU\n\nngày 05 tháng 01 năm 2026\n\n'
        + '| STT | Nội dung | Đơn vị chủ trì | Đơn vị phối hợp | Thời gian | Sản phẩm |\n|--|--|--|--|--|--|\n'
        + '| 1 | Kê bàn ghế phòng tiếp dân | Bộ Y tế | | Tháng 3/2026 | Bàn ghế |\n');
      const say = () => execFileSync(process.env.SEN ?? 'target/debug/sen', ['programme', 'import', path, '--data', world.demo.data], { encoding: 'utf8' });
      assert.match(say(), /Đã lưu: 1 nhiệm vụ mới/);
      assert.match(say(), /PRG0013/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const page = await world.person('programme-coordinator');
    await page.goto(`${world.url}/dieu-hanh/van-ban`);
    assert.equal(await page.locator('main table a').filter({ hasText: '77/KH-THU' }).count(), 1);
  });

  step('money adds up, is not spent before it is allotted, and is not shown to another ministry', async () => {
    const page = await world.person('programme-reporter');
    const at = `${world.url}/dieu-hanh/kinh-phi`;
    const enter = async (kind, amount, task) => {
      await page.goto(at);
      if (task) await page.selectOption('#task', task);
      await page.getByLabel(kind, { exact: true }).check();
      await page.fill('#year', '2026');
      await page.fill('#amount', amount);
      await page.fill('#basis', 'Quyết định 15/QĐ-MAU');
      await page.getByRole('button', { name: 'Ghi', exact: true }).click();
    };
    await page.goto(at);
    await sound(page, 'programme-funding-nothing');
    await enter('Kế hoạch', '1.250.000.000');
    await page.waitForURL(/xong=dong/);
    await enter('Đã chi', '1.000');
    await page.waitForSelector('.govuk-error-summary');
    assert.equal(await page.inputValue('#amount'), '1.000', 'what was typed is not lost');
    await page.goto(at);
    const csv = 'year,kind,amount,basis\n2026,allotment,900.000.000,QĐ 1\n2026,spending,250.000.000,QĐ 2\n';
    await page.setInputFiles('#file', { name: 'kinh-phi.csv', mimeType: 'text/csv', buffer: Buffer.from(`${csv}2026,spending,mười,QĐ 3\n`) });
    await page.getByRole('button', { name: 'Gửi tệp' }).click();
    assert.match(await main(page), /Dòng 4, cột amount/);
    await page.goto(at);
    assert.ok(!(await main(page)).includes('900.000.000'), 'one wrong line, and none is entered');
    await page.setInputFiles('#file', { name: 'kinh-phi.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByRole('button', { name: 'Gửi tệp' }).click();
    await page.waitForURL(/xong=tep/);
    for (const sum of ['1.250.000.000', '900.000.000', '250.000.000']) {
      assert.equal(await page.locator('tfoot').filter({ hasText: sum }).count(), 3, `${sum} in every total`);
    }
    const options = await page.locator('#task option').evaluateAll((all) => all.map((one) => one.value));
    assert.ok(options.length > 1, 'tasks that the ministry owes');
    await enter('Kế hoạch', '2.000.000', options[1]);
    await page.waitForURL(/xong=dong/);
    assert.equal(await page.locator(`main a[href="/dieu-hanh/nhiem-vu/${options[1]}"]`).count(), 1, 'a line of its own among the tasks');
    const [table] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Tải các số tổng' }).click()]);
    const rows = readFileSync(await table.path(), 'utf8').trim().split('\r\n');
    assert.equal(rows.at(-1).split(',').slice(-3).join(), '1252000000,900000000,250000000', rows.at(-1));
    await sound(page, 'programme-funding');
    const other = await world.person('programme-reporter-2');
    await other.goto(`${at}`);
    assert.ok(!(await main(other)).includes('250.000.000'));
    assert.equal((await other.request.get(`${at}?don-vi=ministry-justice`)).status(), 403);
    const stranger = await world.person('civil-status-officer');
    assert.equal((await stranger.request.get(at)).status(), 403);
  });

  step('a legal document is listed, drafted by the ministry that leads, commented on by another, and issued', async () => {
    const page = await world.person('programme-coordinator');
    const at = `${world.url}/dieu-hanh/ra-soat`;
    await page.goto(at);
    await sound(page, 'programme-legal-nothing');
    await page.locator('summary').filter({ hasText: 'Đưa một văn bản' }).click();
    await page.fill('#number', '15/2015/TT-BTP');
    await page.getByRole('button', { name: 'Đưa vào danh mục' }).click();
    await page.waitForSelector('.govuk-error-summary');
    assert.equal(await page.inputValue('#number'), '15/2015/TT-BTP', 'what was typed is not lost');
    await page.fill('#title', 'Thông tư hướng dẫn đăng ký hộ tịch');
    await page.selectOption('#lead', 'ministry-justice');
    await page.fill('#finding', 'Còn yêu cầu bản sao giấy tờ mà cơ sở dữ liệu đã có.');
    await page.getByRole('button', { name: 'Đưa vào danh mục' }).click();
    await page.waitForURL(/ra-soat\/.+xong=1/);
    assert.equal(await page.getByRole('button', { name: 'Bắt đầu rà soát' }).count(), 0, 'only who leads moves it');
    const document = new URL(page.url()).pathname;

    const lead = await world.person('programme-reporter');
    const other = await world.person('programme-reporter-2');
    assert.equal((await other.request.get(`${world.url}${document}`)).status(), 404, 'nobody is asked yet');
    await lead.goto(`${world.url}${document}`);
    for (const deed of ['Bắt đầu rà soát', 'Soạn thảo']) {
      await Promise.all([lead.waitForURL(/xong=1/), lead.getByRole('button', { name: deed, exact: true }).click()]);
      await lead.goto(`${world.url}${document}`);
    }
    await lead.getByRole('button', { name: 'Gửi dự thảo' }).click();
    await lead.waitForSelector('#file-error');
    await lead.setInputFiles('#file', evidence('dự thảo'));
    await Promise.all([lead.waitForURL(/xong=1/), lead.getByRole('button', { name: 'Gửi dự thảo' }).click()]);
    await lead.getByRole('button', { name: 'Gắn', exact: true }).click();
    await lead.waitForSelector('#task-error');
    await lead.selectOption('#task', { index: 1 });
    await Promise.all([lead.waitForURL(/xong=1/), lead.getByRole('button', { name: 'Gắn', exact: true }).click()]);
    assert.equal(await lead.getByRole('link', { name: 'Xem nhiệm vụ' }).count(), 1);
    await sound(lead, 'programme-legal-lead');
    await Promise.all([lead.waitForURL(/xong=1/), lead.getByRole('button', { name: 'Lấy ý kiến' }).click()]);

    await other.goto(at);
    await other.locator('main .sen-list a').click();
    await other.fill('#note', 'Đề nghị bỏ cả bản chụp căn cước.');
    const [download] = await Promise.all([other.waitForEvent('download'), other.locator('a[href*="/du-thao"]').click()]);
    assert.equal(download.suggestedFilename(), 'báo cáo rà soát.pdf');
    await Promise.all([other.waitForURL(/xong=1/), other.getByRole('button', { name: 'Gửi ý kiến' }).click()]);
    await sound(other, 'programme-legal-asked');

    await lead.goto(`${world.url}${document}`);
    assert.match(await main(lead), /bỏ cả bản chụp căn cước/);
    for (const deed of ['Trình ban hành', 'Đã ban hành']) {
      await Promise.all([lead.waitForURL(/xong=1/), lead.getByRole('button', { name: deed, exact: true }).click()]);
      await lead.goto(`${world.url}${document}`);
    }
    assert.match(await main(lead), /đã ban hành/);
    const stranger = await world.person('civil-status-officer');
    for (const path of ['/dieu-hanh/ra-soat', document]) assert.equal((await stranger.request.get(`${world.url}${path}`)).status(), 403, path);
  });

  step('task forces are recorded by their bodies, and seen from above with what is late', async () => {
    const page = await world.person('programme-coordinator');
    const at = `${world.url}/dieu-hanh/to-cong-tac`;
    await page.goto(at);
    await page.getByRole('button', { name: 'Ghi', exact: true }).click();
    await page.waitForSelector('#founded_on-error');
    await page.fill('#decision', '06/QĐ-TCT');
    await page.fill('#founded_on', '15');
    await page.fill('#founded_on-m', '1');
    await page.fill('#founded_on-y', '2026');
    await page.getByRole('button', { name: 'Ghi', exact: true }).click();
    await page.waitForSelector('#head-error');
    assert.equal(await page.inputValue('#decision'), '06/QĐ-TCT', 'what was typed is not lost');
    await page.fill('#head', 'Bộ trưởng, Chủ nhiệm Văn phòng');
    await page.fill('#standing', 'Cục Kiểm soát thủ tục hành chính');
    await Promise.all([page.waitForURL(/xong=1/), page.getByRole('button', { name: 'Ghi', exact: true }).click()]);
    assert.match(await page.locator('[data-own]').innerText(), /Chủ nhiệm Văn phòng/);
    assert.match(await page.locator('tr[data-body="province-committee/01"]').innerText(), /Công an/, 'the made-up one of Hà Nội');
    await sound(page, 'programme-task-forces');
    await page.locator('tr[data-body="province-committee/01"] a').click();
    await page.waitForURL(/co-quan=province-committee/);
    assert.ok((await page.locator('tbody tr').count()) > 100, 'the communes of the province');
    await sound(page, 'programme-task-forces-province');
    const reporter = await world.person('programme-reporter');
    await reporter.goto(at);
    assert.equal(await reporter.locator('#decision').count(), 0, 'a coordinator records');
    assert.equal((await reporter.request.get(`${at}?co-quan=province-committee/01`)).status(), 403);
    await page.goto(at);
    for (const [field, value] of [['#decision', '07/QĐ-TCT'], ['#founded_on', '1'], ['#founded_on-m', '11'], ['#founded_on-y', '2026']]) await page.fill(field, value);
    await Promise.all([page.waitForURL(/xong=1/), page.getByRole('button', { name: 'Giải thể' }).click()]);
    assert.match(await page.locator('[data-own]').innerText(), /Chưa có tổ công tác/);
  });

  step('villages are reported in a file, and found from the map of the country down', async () => {
    const page = await world.person('programme-coordinator');
    const at = `${world.url}/dieu-hanh/phu-song`;
    await page.goto(at);
    await sound(page, 'programme-coverage-nothing');
    const send = async (csv) => {
      await page.goto(at);
      await page.setInputFiles('#file', { name: 'thon.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
      await page.getByRole('button', { name: 'Gửi tệp' }).click();
    };
    await send('commune,village\n00004,Tổ 1\n');
    await page.waitForSelector('.govuk-error-summary');
    const head = 'commune,village,as_of,fibre,signal,power\n';
    await send(`${head}00004,Tổ 1,2026-06-30,có,có,có\n00004,Tổ 2,30/06/2026,không,có,\n99999,Tổ 3,2026-06-30,có,có,có\n`);
    assert.match(await main(page), /Đã nhận 2 dòng mới\. 1 dòng không nhận được/);
    assert.match(await main(page), /Dòng 4, cột commune: “99999”/);
    await send(`${head}00004,Tổ 1,2026-06-30,có,có,có\n00004,Tổ 4,2026-06-30,không,không,có\n`);
    await page.waitForURL(/moi=1/);
    // What is too large for a page comes by the command; here the same file again, and one line of no commune.
    const folder = mkdtempSync(join(tmpdir(), 'sen-villages-'));
    const path = join(folder, 'thon.csv');
    writeFileSync(path, `${head}00004,Tổ 4,2026-06-30,không,không,có\n99999,Tổ 3,2026-06-30,có,có,có\n`);
    const command = () => execFileSync(process.env.SEN ?? 'target/debug/sen', ['programme', 'coverage', path, '--data', world.demo.data], { encoding: 'utf8' });
    assert.throws(command, (error) => error.status === 1 && /1 dòng đã biết; 1 dòng không nhận/.test(error.stdout) && /Dòng 3, cột commune/.test(error.stdout));
    rmSync(folder, { recursive: true });
    await page.goto(at);
    await sound(page, 'programme-coverage');
    const row = page.locator('tbody tr').filter({ hasText: 'Hà Nội' });
    assert.match(await row.innerText(), /3\s+1 \(33 %\)\s+2\s+0/);
    await row.locator('a').click();
    await page.waitForURL(/tinh=01/);
    await sound(page, 'programme-coverage-province');
    await page.locator('tbody a').first().click();
    await page.waitForURL(/xa=00004/);
    const villages = await page.locator('tbody tr').allInnerTexts();
    assert.equal(villages.length, 3);
    assert.match(villages[2], /Tổ 1/, 'what lacks something stands first');
    await sound(page, 'programme-coverage-commune');
    const reporter = await world.person('programme-reporter');
    await reporter.goto(at);
    assert.equal(await reporter.locator('main form').count(), 0, 'who reports on tasks says nothing of villages');
    const stranger = await world.person('civil-status-officer');
    assert.equal((await stranger.request.get(at)).status(), 403);
  });
}
