// The main pages as they are looked at: in both languages, with axe, and on a phone with letters twice as large.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BIRTH, goOn, openTask, pageOf } from '../deeds.mjs';
import { picture } from '../sen.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const DESK = { width: 1280, height: 900 };
export const TABLET = { width: 768, height: 1024 };
export const PHONE = { width: 360, height: 740 };
const LONG_NAME = 'Công Tằng Tôn Nữ Nguyễn Thị Huyền Trân';

/** What axe finds that keeps somebody from using the page. */
export async function barriers(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), RULES);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ').slice(0, 400)}`);
}

/** What reaches over the right edge of the screen. */
export function overflow(page) {
  return page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const isIn = (element) => element
      && (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || isIn(element.parentElement));
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !isIn(element.parentElement))
      .map((element) => `${element.tagName}.${element.className} “${element.textContent.trim().slice(0, 30)}” to ${Math.round(element.getBoundingClientRect().right)}`)
      .slice(0, 8)
      .concat(`${root.scrollWidth} > ${root.clientWidth}`);
  });
}

const SLIPS = [/\b20\d\d-\d\d-\d\d\b/, /\bVNM\b/, /\b[a-z]+_[a-z_]+\b/, /\bundefined\b|\bnull\b/, /\{\s*\$?\w+\s*\}/,
  /\b(commune-committee|commune-police|social-insurance|national-portal|ministry)[-/]/];
const ENGLISH = /\b(the|and|of|subject|household|members?|child|children|notice|dossier|register|used|by|name)\b/i;

/** Words that stand on pages only by mistake: codes of ours, ISO days, names of fields, English on Vietnamese pages. */
export function slips(text, lang) {
  return [...SLIPS, ...(lang === 'vi' ? [ENGLISH] : [])].flatMap((pattern) => {
    const slip = text.match(pattern);
    return slip ? [`${slip[0]} in “${text.slice(Math.max(0, slip.index - 40), slip.index + 40).replace(/\s+/g, ' ')}”`] : [];
  });
}

/**
 * Looks at the page where it is, in both languages, on a desk and on a phone: no barrier, nothing over the edge, no slip
 * of words.
 */
export async function sound(page, name) {
  const wrong = [];
  const here = page.url();
  const inLanguage = (lang) => {
    const url = new URL(here);
    url.searchParams.set('lang', lang);
    return page.goto(url.href);
  };
  for (const lang of ['vi', 'en']) {
    await inLanguage(lang);
    await picture(page, `${name}-${lang}-1280`);
    wrong.push(...await barriers(page), ...slips(await page.locator('main').innerText(), lang));
    await page.setViewportSize(PHONE);
    wrong.push(...await overflow(page));
    await picture(page, `${name}-${lang}-360`);
    await page.setViewportSize(DESK);
  }
  await inLanguage('vi');
  assert.deepEqual(wrong, [], name);
}

export default function pages(world) {
  const step = world.story({ alone: true });

  /** Looks at the pages of a person: an address, or a walk to a page that has none of its own. */
  async function look(who, list) {
    const page = who ? await world.person(who) : await (await world.browser.newContext({ locale: 'vi-VN' })).newPage();
    const wrong = [];
    for (const [name, to] of Object.entries(list)) {
      for (const lang of ['vi', 'en']) {
        const note = (where) => (what) => wrong.push(`${name} (${lang})${where}: ${what}`);
        await page.setViewportSize(DESK);
        if (typeof to === 'string') await page.goto(`${world.url}${to}${to.includes('?') ? '&' : '?'}lang=${lang}`);
        else await to(page, lang);
        assert.equal(await page.locator('html').getAttribute('lang'), lang, name);
        if (lang === 'vi') await picture(page, `page-${name}-${lang}-1280`);
        (await barriers(page)).forEach(note(''));
        slips(await page.locator('main').innerText(), lang).forEach(note(''));
        await page.setViewportSize(TABLET);
        (await overflow(page)).forEach(note(' at 768'));
        await page.setViewportSize(PHONE);
        (await overflow(page)).forEach(note(' at 360'));
        await picture(page, `page-${name}-${lang}-360`);
        // Letters twice as large, as the browser's own setting makes them.
        await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
        (await overflow(page)).forEach(note(' at 360 with 200 % text'));
        if (lang === 'vi') await picture(page, `page-${name}-${lang}-360-large`);
      }
    }
    await page.setViewportSize(DESK);
    await page.goto(`${world.url}/?lang=vi`);
    if (!who) await page.context().close();
    assert.deepEqual(wrong, []);
  }

  /** The form's page of that id, with or without what is wrong on it. */
  const form = (id, breakIt) => async (page, lang) => {
    await page.goto(`${world.url}/?lang=${lang}`);
    await page.goto(`${world.url}/khai/${BIRTH}`);
    for (let n = 0; pageOf(page.url()) !== id; n += 1) {
      assert.ok(n < 10, `no page ${id}`);
      for (const name of await page.locator('input[name$="/full_name"][name^="/children"]').all()) await name.fill(LONG_NAME);
      await goOn(page);
    }
    if (breakIt) {
      await breakIt(page);
      await goOn(page);
      await page.waitForSelector('.govuk-error-summary');
    }
  };

  /** The first page that such a link on another page leads to. */
  const follow = (from, link) => async (page, lang) => {
    await page.goto(`${world.url}${from}?lang=${lang}`);
    await page.goto(await page.locator(link).first().evaluate((a) => a.href));
  };
  const dossier = follow('/toi/ho-so', 'main a[href^="/toi/ho-so/"]');

  step('what everybody sees', () => look(null, {
    home: '/',
    search: '/tim-kiem?q=khai+sinh',
    'search-none': '/tim-kiem?q=zzzz',
    service: `/dich-vu/${BIRTH}`,
    'sign-in': '/dang-nhap',
    help: '/tro-giup',
    data: '/du-lieu-cua-toi',
    'not-found': '/khong-co-trang-nay',
  }));

  step('a citizen who has everything', () => look('mother', {
    me: '/toi',
    'me-dossiers': '/toi/ho-so',
    'me-dossier': dossier,
    'me-result': async (page, lang) => {
      await dossier(page, lang);
      await page.goto(await page.locator('#ket-qua + ul a').first().evaluate((a) => a.href));
    },
    'me-notifications': '/toi/thong-bao',
    'me-access': '/toi/ai-da-xem',
    'me-access-all': '/toi/ai-da-xem?tat-ca=1',
    'me-proof': follow('/toi/ai-da-xem', 'main a[href^="/toi/ai-da-xem/"]'),
  }));

  step('a citizen who has nothing yet', () => look('father', {
    'empty-me': '/toi',
    'empty-dossiers': '/toi/ho-so',
    'empty-notifications': '/toi/thong-bao',
  }));

  step('the form, with a long name', () => look('long-widowed-mother', {
    'form-situation': form('truong-hop'),
    'form-child-error': form('tre', (page) => page.fill('input[name="/children/0/full_name"]', '')),
    'form-place': form('noi-dang-ky'),
    'form-review': form('xem-lai'),
  }));

  step('something waits for the officer', async () => {
    const page = await world.person('mother-apart');
    const { csrf } = await (await page.request.get(`${world.url}/api/v1/session`)).json();
    const { values } = await (await page.request.get(`${world.url}/api/v1/filings/${BIRTH}/prefill`)).json();
    values.children[0].full_name = LONG_NAME;
    const filed = await page.request.post(`${world.url}/api/v1/filings/${BIRTH}`, {
      headers: { 'x-csrf-token': csrf }, data: { values, idempotency_key: 'to look at' },
    });
    const { code } = await filed.json();
    await openTask(await world.person('civil-status-officer'), world.url, code);
  });

  step('an officer', () => look('civil-status-officer', {
    'office-inbox': '/can-bo',
    'office-inbox-none': '/can-bo?ma=zzz',
    'office-task': follow('/can-bo', 'a[data-row]'),
    'office-task-error': async (page, lang) => {
      await follow('/can-bo', 'a[data-row]')(page, lang);
      await page.locator('details[data-key=x] summary').click();
      await page.locator('details[data-key=x] button').click();
      await page.waitForSelector('.govuk-error-summary');
    },
    'office-done': '/can-bo/da-xong',
  }));
}
