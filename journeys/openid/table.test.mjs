// docs/openid-conformance.md names a test for every module, and every test that it names exists.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const text = readFileSync(join(root, 'docs/openid-conformance.md'), 'utf8');

/** The rows `| module | test | remark |`, with the plan they stand under. */
function rows() {
  let plan;
  const found = [];
  for (const line of text.split('\n')) {
    plan = /^## .*`([\w-]+)`/.exec(line)?.[1] ?? plan;
    const cells = /^\| `([\w-]+)` \| (.*?) \| (.*?) \|$/.exec(line);
    if (cells) found.push({ plan, module: cells[1], tests: [...cells[2].matchAll(/`([^`]+)`/g)].map((m) => m[1]), remark: cells[3].trim() });
  }
  return found;
}

/** Whether a file really has a test of this name: `test('name'`, `module('name'`, `fapi2('name less its prefix'`, a row of a table of tests, or `fn name`. */
function has(file, name) {
  const source = readFileSync(join(root, file), 'utf8');
  if (file.endsWith('.rs')) return new RegExp(`fn ${name}\\s*\\(`).test(source);
  const spellings = [name, name.replace(/^fapi2-security-profile-final-/, '')].flatMap((n) => [`'${n}'`, `\`${n}\``]);
  const patterns = [/^oidcc-display-/, /dpopproof-with-iat-10seconds-/].filter((p) => p.test(name)).length;
  return spellings.some((spelling) => source.includes(spelling)) || (patterns > 0 && /\$\{(display|when)\}/.test(source));
}

test('every row names a test that exists, or says why there is none', () => {
  const all = rows();
  assert.ok(all.length >= 110, `${all.length} rows`);
  for (const { module, tests, remark } of all) {
    if (!tests.length) { assert.ok(remark.length > 20, `${module}: neither a test nor a reason`); continue; }
    for (const named of tests) {
      const [file, name] = named.split(' › ');
      assert.ok(existsSync(join(root, file)), `${module}: ${file}`);
      assert.ok(has(file, name ?? module), `${module}: no test “${name ?? module}” in ${file}`);
    }
  }
});

test('no module stands there twice, and every plan has its rows', () => {
  const all = rows();
  const names = all.map(({ plan, module }) => `${plan}/${module}`);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual([...new Set(all.map(({ plan }) => plan))], [
    'oidcc-basic-certification-test-plan', 'oidcc-config-certification-test-plan', 'oidcc-rp-initiated-logout-certification-test-plan',
    'oidcc-backchannel-rp-initiated-logout-certification-test-plan', 'fapi2-security-profile-final-test-plan', 'fapi2-message-signing-final-test-plan',
  ]);
});

test('every module that is acted out stands in the table', () => {
  const source = readFileSync(join(root, 'journeys/openid/conformance.test.mjs'), 'utf8');
  const inTable = new Set(rows().map(({ module }) => module));
  for (const [, name] of source.matchAll(/(?:module|fapi2)\('([\w-]+)'/g)) {
    assert.ok(inTable.has(name) || inTable.has(`fapi2-security-profile-final-${name}`), `${name} is in no plan's table`);
  }
});
