// PyPI Authlib, unchanged, in Python: authlib_party.py is the relying party, this file is its user's browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBed } from './bed.mjs';
import { answer } from './person.mjs';

const bed = await openBed();
after(() => bed.close());
const here = dirname(fileURLToPath(import.meta.url));
const PYTHON = process.env.SEN_AUTHLIB_PYTHON ?? join(here, '../../target/clients/venv/bin/python');

test('authorization code with PKCE, private_key_jwt, ID token, userinfo, refresh, revocation', { timeout: 60_000 }, async () => {
  const party = spawn(PYTHON, [join(here, 'authlib_party.py')], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, AUTHLIB_INSECURE_TRANSPORT: '1' } });
  const lines = createInterface({ input: party.stdout })[Symbol.asyncIterator]();
  const say = (message) => party.stdin.write(`${JSON.stringify(message)}\n`);
  const next = async () => { const { value, done } = await lines.next(); assert.ok(!done, 'the relying party ended early'); return JSON.parse(value); };
  try {
    const { client_id, key, metadata } = bed.clients.authlib;
    say({ issuer: bed.url, client_id, key, redirect_uri: metadata.redirect_uris[0] });
    const { url } = await next();
    const { page } = await answer(await bed.signedIn('mother-apart'), url, { who: bed.person('mother-apart') });
    say({ back: page.away.href });
    const got = await next();
    assert.ok(got.claims.sub);
    assert.equal(got.claims.iss, bed.url);
    assert.equal(got.userinfo.sub, got.claims.sub);
    assert.ok(got.userinfo.name);
    assert.notEqual(got.refreshed, got.first);
    assert.equal(got.introspected.active, true);
    assert.equal(got.after, 'invalid_grant');
  } finally {
    party.stdin.end();
    party.kill();
  }
});
