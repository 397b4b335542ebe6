// A folder as a cleaning leaves it, of made-up people: rows that are hard to decide, each hard in its own way.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const LONG_NAME = 'Công Tằng Tôn Nữ Nguyễn Thị Huyền Trân';

const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Đỗ'];
const MIDDLE = ['Văn', 'Thị', 'Minh', 'Thị Thu', 'Quốc'];
const GIVEN = ['An', 'Bình', 'Hòa', 'Huyền', 'Tuấn', 'Trân', 'Sen'];
const unmarked = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D');

/** What the file says instead, the field, and the level that says so. */
const SLIPS = [
  ['full_name', 'unmarked', (text) => unmarked(text)],
  ['full_name', 'order', (text) => text.split(' ').reverse().join(' ')],
  ['full_name', 'slip', (text) => `${text}h`],
  ['birth_date', 'swapped', (text) => { const [y, m, d] = text.split('-'); return `${m}/${d}/${y}`; }],
  ['birth_date', 'part', (text) => text.slice(0, 4)],
  ['personal_number', 'slip', (text) => text.slice(0, 10) + text[11] + text[10]],
  ['father_name', 'part', (text) => text.split(' ').slice(1).join(' ')],
];

const WEIGHTS = { personal_number: 18.4, full_name: 9.1, birth_date: 12.3, sex: 0.9, commune_code: 8.2, father_name: 7.7 };

function person(n) {
  const pick = (list, at) => list[at % list.length];
  const name = n === 0 ? LONG_NAME : `${pick(FAMILY, n)} ${pick(MIDDLE, n + 1)} ${pick(GIVEN, n * 3)}`;
  const day = String(1 + (n * 7) % 12).padStart(2, '0');
  return {
    personal_number: `0011900${String(10007 + n * 13).padStart(5, '0')}`,
    full_name: name,
    birth_date: `19${60 + (n % 39)}-${String(1 + (n % 12)).padStart(2, '0')}-${day}`,
    sex: n % 2 ? 'male' : 'female',
    commune_code: pick(['00004', '00008', '26740'], n),
    father_name: `${pick(FAMILY, n)} Văn ${pick(GIVEN, n + 2)}`,
  };
}

function candidate(values, own, file, slip, probability, n) {
  const levels = {};
  const weights = {};
  for (const field of Object.keys(values)) {
    levels[field] = !file[field] ? 'missing' : own[field] !== values[field] ? 'differs' : field === slip[0] ? slip[1] : 'same';
    weights[field] = levels[field] === 'missing' ? 0 : levels[field] === 'differs' ? -5.4 : levels[field] === 'same' ? WEIGHTS[field] : 2.3;
  }
  const weight = Object.values(weights).reduce((a, b) => a + b, 0);
  return { personal_number: values.personal_number, person: n, values, levels, weights, probability, weight };
}

/** A folder with `rows` rows to review; every fifth has three candidates. */
export function makeFolder(rows = 30) {
  const folder = mkdtempSync(join(tmpdir(), 'sen-review-'));
  const lines = [];
  for (let n = 0; n < rows; n += 1) {
    const values = person(n);
    const slip = SLIPS[n % SLIPS.length];
    const file = { ...values, sex: values.sex === 'male' ? 'Nam' : 'Nữ', [slip[0]]: slip[2](values[slip[0]]) };
    if (slip[0] !== 'birth_date') file.birth_date = values.birth_date.split('-').reverse().join('/');
    if (n % 4 === 1) delete file.father_name;
    const probability = 0.15 + ((n * 37) % 70) / 100;
    const candidates = [candidate(values, values, file, slip, probability, n)];
    if (n % 5 === 0) {
      for (const other of [1, 2]) candidates.push(candidate({ ...person(n + 100 * other), full_name: values.full_name }, values, file, slip, 0.1 / other, n + 100 * other));
    }
    lines.push(JSON.stringify({ row: 3 * n + 2, file, reasons: n % 5 === 0 ? ['ambiguous'] : [], candidates }));
  }
  writeFileSync(join(folder, 'review.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}

if (process.argv[1] === import.meta.filename) console.log(makeFolder(Number(process.argv[2] ?? 30)));
