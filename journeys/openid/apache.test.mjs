// Debian's Apache with mod_auth_openidc, unchanged, protects a page: a private Apache on 127.0.0.1 with a folder of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openBed } from './bed.mjs';
import { Browser } from './browser.mjs';
import { answer } from './person.mjs';

const MODULES = '/usr/lib/apache2/modules';
const bed = await openBed();
after(() => bed.close());

async function startApache() {
  if (!existsSync(`${MODULES}/mod_auth_openidc.so`)) throw new Error('mod_auth_openidc is missing: run scripts/setup.sh test');
  const folder = mkdtempSync(join(tmpdir(), 'sen-apache-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'htdocs/inside'), { recursive: true });
  writeFileSync(join(folder, 'htdocs/index.html'), 'outside');
  writeFileSync(join(folder, 'htdocs/inside/index.shtml'), 'inside: sub=<!--#echo var="OIDC_CLAIM_sub" --> name=<!--#echo var="OIDC_CLAIM_name" --> acr=<!--#echo var="OIDC_CLAIM_acr" -->');
  const { client_id, client_secret } = bed.clients.apache;
  const origin = `http://127.0.0.1:${bed.apache}`;
  const modules = ['mpm_event', 'unixd', 'authz_core', 'authz_user', 'authn_core', 'auth_openidc', 'mime', 'dir', 'include', 'env']
    .filter((name) => existsSync(`${MODULES}/mod_${name}.so`)).map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`);
  writeFileSync(join(folder, 'httpd.conf'), `
ServerRoot ${folder}
ServerName 127.0.0.1
Listen 127.0.0.1:${bed.apache}
PidFile ${folder}/httpd.pid
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:info
DefaultRuntimeDir ${folder}
Mutex posixsem
DocumentRoot ${folder}/htdocs
DirectoryIndex index.html index.shtml
${modules.join('\n')}
${process.getuid() === 0 ? 'User www-data\nGroup www-data' : ''}
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml

OIDCProviderMetadataURL ${bed.url}/.well-known/openid-configuration
OIDCClientID ${client_id}
OIDCClientSecret ${client_secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI ${origin}/inside/callback
OIDCResponseType code
OIDCPKCEMethod S256
OIDCScope "openid profile"
OIDCIDTokenSignedResponseAlg ES256
OIDCSessionType client-cookie
OIDCCryptoPassphrase "${client_secret}"
OIDCCookieSameSite On
<Directory ${folder}/htdocs>
  Options +Includes
  Require all granted
</Directory>
<Location /inside>
  AuthType openid-connect
  Require valid-user
</Location>
`);
  // The program itself, in the foreground: it ends with this test.
  const child = spawn('/usr/sbin/apache2', ['-f', join(folder, 'httpd.conf'), '-DFOREGROUND'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const log = () => existsSync(join(folder, 'error.log')) ? readFileSync(join(folder, 'error.log'), 'utf8') : '';
  for (let n = 0; ; n += 1) {
    if (await fetch(`${origin}/`).then((response) => response.ok, () => false)) break;
    if (n > 100 || child.exitCode !== null) throw new Error(`Apache did not start: ${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { origin, log, async stop() { child.kill('SIGTERM'); await exited; rmSync(folder, { recursive: true, force: true }); } };
}

test('a page behind mod_auth_openidc', { timeout: 60_000 }, async () => {
  const apache = await startApache();
  try {
    const site = new Browser(apache.origin);
    assert.match((await site.go('/')).text, /outside/);
    const asked = await site.go('/inside/');
    assert.equal(asked.away?.origin, bed.url, `who is not signed in is sent to the provider: ${asked.status} ${asked.text} ${apache.log()}`);
    assert.equal(asked.away.origin, bed.url, 'who is not signed in is sent to the provider');
    assert.equal(asked.away.searchParams.get('code_challenge_method'), 'S256');
    const { page } = await answer(await bed.signedIn('widowed-mother'), asked.away, { who: bed.person('widowed-mother') });
    assert.equal(page.away.origin, apache.origin);
    const inside = await site.go(page.away);
    assert.equal(inside.status, 200, apache.log());
    assert.match(inside.text, /inside: sub=[\w-]{20,} name=.+ acr=urn:sen:assurance:[1-4]/);
    // Its answer belongs to the browser that asked: another browser cannot be signed in with it.
    const other = new Browser(apache.origin);
    assert.doesNotMatch((await other.go(page.away)).text, /inside: sub/);
    // Logging out at the site leads through the provider and back.
    const out = await site.go(`/inside/callback?logout=${encodeURIComponent(`${apache.origin}/`)}`);
    assert.equal(out.away.origin, bed.url);
    assert.equal(out.away.pathname, new URL(bed.metadata.end_session_endpoint).pathname);
    assert.equal((await site.go('/inside/')).away.origin, bed.url, 'signed out at the site');
  } finally {
    await apache.stop();
  }
});
