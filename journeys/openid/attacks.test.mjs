// What an attacker would try, over HTTP. Each test is one attack; none may succeed, and none may harm the honest party.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { openBed } from './bed.mjs';
import { Browser, words } from './browser.mjs';
import { API } from './clients.mjs';
import { answer, decide, fill, logOut, rotateKeys, signedIn } from './person.mjs';
import { decodeJwt, jwt, newKey, now, random, refused } from './relying.mjs';

const bed = await openBed();
after(() => bed.close());
const attack = (name, body) => test(name, { timeout: 90_000 }, body);
const who = bed.person('father');
const [basic, post, publicParty, fapi, other, signing, machine, jwtParty] = await Promise.all(
  ['basic', 'post', 'public', 'fapi', 'fapi-other', 'signing', 'machine', 'jwt'].map(bed.party));
const father = () => bed.signedIn('father');
const TIMES = 20;
const race = (deed) => Promise.all(Array.from({ length: TIMES }, (_, n) => deed(n)));
const worked = (answers) => answers.filter((answered) => answered.status === 200);

describe('where the browser is sent', () => {
  attack('open redirect: no address that was not registered is ever followed', async () => {
    const registered = basic.redirect;
    const tricks = [
      'https://evil.example/cb', 'https://basic.example.evil.example/cb', 'https://basic.example@evil.example/cb', 'https://evil.example#https://basic.example/cb',
      'https://evil.example\\@basic.example/cb', '//evil.example/cb', `${registered}/../evil`, `${registered}/`, `${registered}?x=1`, `${registered}#x`, `${registered}%00`, `${registered}%0d%0aLocation:%20https://evil.example`,
      registered.replace('https', 'http'), registered.replace('basic.', 'BASIC.'), 'javascript:alert(1)', 'data:text/html,x', 'https://basic.example:444/cb', '', ' ', `${registered} `, 'urn:ietf:wg:oauth:2.0:oob',
    ];
    for (const redirect_uri of tricks) {
      for (const changes of [{ redirect_uri }, { redirect_uri, prompt: 'none' }, { redirect_uri, response_type: 'nonsense' }]) {
        const page = await (await father()).go((await basic.begin(changes)).url);
        assert.equal(page.away, undefined, redirect_uri);
        assert.ok(page.status >= 400 && page.status < 500, `${redirect_uri}: ${page.status} ${words(page.text)}`);
        assert.equal(page.headers.location, undefined);
        assert.doesNotMatch(page.text, /href="?(https?:)?\/\/evil/i);
      }
    }
    // Twice, one of them good.
    const { params } = await basic.ask();
    const url = new URL(bed.metadata.authorization_endpoint);
    for (const [name, value] of Object.entries(params)) url.searchParams.append(name, value);
    url.searchParams.append('redirect_uri', 'https://evil.example/cb');
    assert.equal((await (await father()).go(url)).away, undefined);
    // Nor by an unknown client.
    const unknown = await basic.begin({ client_id: 'nobody', redirect_uri: 'https://evil.example/cb' });
    assert.equal((await (await father()).go(unknown.url)).away, undefined);
  });

  attack('the sign-in page sends nobody elsewhere afterwards', async () => {
    for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', '\\\\evil.example', '/%2f/evil.example', 'javascript:alert(1)', ' //evil.example']) {
      const browser = await father();
      const page = await browser.go(`/dang-nhap?tiep=${encodeURIComponent(next)}`);
      assert.equal(page.away, undefined, next);
      assert.doesNotMatch(page.text, /(action|href)="[^"]*\/\/evil/);
    }
  });

  attack('mix-up: every answer names its issuer, also a refusal, and the code is of one client and one address', async () => {
    const arrived = await basic.code(await father(), { who });
    assert.equal(arrived.answer.get('iss'), bed.url);
    const refusal = await (await father()).go((await basic.begin({ scope: 'openid', prompt: 'none login' })).url);
    assert.equal(refusal.away.searchParams.get('iss'), bed.url);
    refused(await post.exchange(arrived), 'invalid_grant');
    const second = await basic.code(await father(), { who });
    refused(await basic.exchange(second, { form: { redirect_uri: basic.client.metadata.redirect_uris[1] } }), 'invalid_grant');
    // A code in another's answer: the verifier does not fit.
    const [mine, theirs] = [await basic.code(await father(), { who }), await basic.code(await father(), { who })];
    refused(await basic.exchange({ ...mine, code: theirs.code }), 'invalid_grant');
  });

  attack('parameters that come twice are refused', async () => {
    for (const name of ['client_id', 'state', 'scope', 'code_challenge', 'response_type', 'nonce']) {
      const begun = await basic.begin();
      begun.url.searchParams.append(name, begun.url.searchParams.get(name));
      const page = await (await father()).go(begun.url);
      const said = page.away?.searchParams.get('error');
      assert.ok((!page.away && page.status >= 400) || said === 'invalid_request', `${name}: ${page.status} ${page.away}`);
      assert.equal(page.away?.searchParams.get('code') ?? null, null);
    }
    const arrived = await basic.code(await father(), { who });
    refused(await basic.exchange(arrived, { form: { code: [arrived.code, arrived.code] } }), 'invalid_request');
  });
});

describe('what works once', () => {
  attack('a code that is sent twenty times at once gives one answer, and then nothing at all', async () => {
    for (const party of [basic, fapi]) {
      for (let n = 0; n < 3; n += 1) {
        const arrived = await party.code(await father(), { who });
        const answers = await race(() => party.exchange(arrived));
        const good = worked(answers);
        assert.ok(good.length <= 1, `${good.length} answers for one code`);
        for (const bad of answers.filter((one) => one.status !== 200)) refused(bad, 'invalid_grant');
        // The reuse was seen: what the winner got is dead.
        for (const { body } of good) {
          assert.equal((await party.userinfo(body.access_token)).status, 401);
          if (body.refresh_token) refused(await party.refresh(body.refresh_token), 'invalid_grant');
        }
      }
    }
  });

  attack('a proof of possession that is sent twenty times at once is taken once', async () => {
    const proof = await machine.proof('POST', bed.metadata.token_endpoint);
    const answers = await race(() => machine.call(bed.metadata.token_endpoint, { grant_type: 'client_credentials', resource: API }, { proof }));
    assert.equal(worked(answers).length, 1);
    for (const bad of answers.filter((one) => one.status !== 200)) refused(bad, ['invalid_dpop_proof', 'use_dpop_nonce']);
    refused(await machine.call(bed.metadata.token_endpoint, { grant_type: 'client_credentials', resource: API }, { proof }), ['invalid_dpop_proof', 'use_dpop_nonce']);
  });

  attack('a client assertion that is sent twenty times at once is taken once', async () => {
    const assertion = await machine.assertion();
    const answers = await race(() => machine.call(bed.metadata.token_endpoint, { grant_type: 'client_credentials', resource: API }, { assertion }));
    assert.equal(worked(answers).length, 1);
    for (const bad of answers.filter((one) => one.status !== 200)) refused(bad, 'invalid_client');
    // Nor at another end-point.
    const { params } = await fapi.ask();
    const second = await fapi.assertion();
    assert.equal((await fapi.push(params, { assertion: second })).status, 201);
    refused(await fapi.push(params, { assertion: second }), 'invalid_client');
  });

  attack('a pushed request answers once, however many browsers hurry', async () => {
    const begun = await fapi.begin();
    const browsers = await Promise.all(Array.from({ length: 6 }, father));
    await fapi.code(await father(), { who });
    const ends = await Promise.all(browsers.map((browser) => answer(browser, begun.url, { who }).then(({ params }) => params.get('code'), () => null)));
    assert.ok(ends.filter(Boolean).length <= 1, `${ends.filter(Boolean).length} codes for one request`);
  });
});

describe('stolen tokens', () => {
  const offline = { scope: 'openid offline_access', prompt: 'consent' };

  attack('a stolen refresh token: rotated, so whoever comes second ends it for both', async () => {
    const got = await basic.tokens(await father(), { who, changes: offline });
    const thief = await basic.refresh(got.refresh_token);
    assert.equal(thief.status, 200, thief.text);
    assert.notEqual(thief.body.refresh_token, got.refresh_token);
    refused(await basic.refresh(got.refresh_token), 'invalid_grant');
    refused(await basic.refresh(thief.body.refresh_token), 'invalid_grant');
    assert.equal((await basic.userinfo(thief.body.access_token)).status, 401);
    assert.equal((await basic.introspect(got.access_token)).body.active, false);
  });

  attack('a refresh token that is used twenty times at once', async () => {
    const got = await basic.tokens(await father(), { who, changes: offline });
    const answers = await race(() => basic.refresh(got.refresh_token));
    assert.ok(worked(answers).length <= 1, `${worked(answers).length} answers for one token`);
    for (const { body } of worked(answers)) refused(await basic.refresh(body.refresh_token), 'invalid_grant');
  });

  attack('a refresh token of a public client is worth nothing without its key', async () => {
    const got = await publicParty.tokens(await father(), { who, changes: offline });
    refused(await publicParty.refresh(got.refresh_token, { proof: { key: (await newKey()).private } }), ['invalid_grant', 'invalid_dpop_proof']);
    refused(await publicParty.refresh(got.refresh_token, { proof: false }), ['invalid_grant', 'invalid_dpop_proof', 'invalid_request']);
    assert.equal((await publicParty.refresh(got.refresh_token)).status, 200, 'the honest party was not harmed');
  });

  attack('a refresh token asks for no more than was given', async () => {
    const got = await basic.tokens(await father(), { who, changes: offline });
    const more = await basic.refresh(got.refresh_token, { form: { scope: 'openid offline_access profile phone' } });
    refused(more, 'invalid_scope');
  });

  attack('a token in the address, or in two places, is refused', async () => {
    const got = await basic.tokens(await father(), { who });
    const inUrl = await basic.userinfo(got.access_token, { where: 'url' });
    assert.ok([400, 401].includes(inUrl.status), inUrl.text);
    assert.equal(inUrl.body.sub, undefined);
    const twice = await fetch(bed.metadata.userinfo_endpoint, { method: 'POST', headers: { authorization: `Bearer ${got.access_token}` }, body: new URLSearchParams({ access_token: got.access_token }) });
    assert.ok([400, 401].includes(twice.status));
    // Credentials in the token end-point's address neither.
    const arrived = await basic.code(await father(), { who });
    const form = new URLSearchParams({ grant_type: 'authorization_code', code: arrived.code, redirect_uri: basic.redirect, code_verifier: arrived.verifier, client_id: post.client.client_id, client_secret: post.client.client_secret });
    assert.ok((await fetch(`${bed.metadata.token_endpoint}?${form}`, { method: 'POST' })).status >= 400);
    assert.ok((await fetch(`${bed.metadata.token_endpoint}?${form}`)).status >= 400);
  });

  attack('a bound token is no bearer token', async () => {
    const got = await fapi.tokens(await father(), { who });
    assert.equal((await fapi.userinfo(got.access_token, { scheme: 'Bearer', proof: false })).status, 401);
    assert.equal((await fapi.userinfo(got.access_token, { scheme: 'Bearer' })).status, 401);
    assert.ok([400, 401].includes((await fapi.userinfo(got.access_token, { where: 'body', method: 'POST', proof: false })).status));
    assert.equal((await fapi.userinfo(got.access_token)).status, 200);
  });

  attack('an ID token, a refresh token and a code are no access tokens', async () => {
    const got = await basic.tokens(await father(), { who, changes: offline });
    for (const token of [got.id_token, got.refresh_token, got.code, 'x', '', 'a.b.c']) assert.ok([400, 401].includes((await basic.userinfo(token)).status), token);
    const refreshed = await basic.refresh(got.access_token);
    refused(refreshed, 'invalid_grant');
  });

  attack('introspection and revocation tell nobody about tokens that are not theirs', async () => {
    const got = await fapi.tokens(await father(), { who });
    assert.deepEqual((await other.introspect(got.access_token)).body, { active: false });
    assert.ok([200, 400].includes((await other.revoke(got.access_token)).status));
    assert.equal((await fapi.userinfo(got.access_token)).status, 200, 'another client ended nothing');
    const anonymous = await fetch(bed.metadata.introspection_endpoint, { method: 'POST', body: new URLSearchParams({ token: got.access_token }) });
    assert.equal(anonymous.status, 401);
  });
});

describe('forged tokens', () => {
  /** The provider's public keys as secrets, in every spelling that a careless verifier would take. */
  async function publicSecrets() {
    const { keys } = await (await fetch(bed.metadata.jwks_uri)).json();
    return keys.flatMap((key) => {
      const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      return [pem, pem.trim(), JSON.stringify(key), key.x, Buffer.from(key.x, 'base64url')].map((secret) => ({ kid: key.kid, secret: new Uint8Array(Buffer.from(secret)) }));
    });
  }

  attack('alg none and algorithm confusion: a forged access token opens nothing', async () => {
    const got = await basic.tokens(await father(), { who });
    const claims = decodeJwt(got.access_token);
    const head = JSON.parse(Buffer.from(got.access_token.split('.')[0], 'base64url'));
    const mallory = await newKey();
    const [h, p, s] = got.access_token.split('.');
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody-else' })).toString('base64url');
    const forged = [
      await jwt(claims, { alg: 'none', header: { ...head, alg: 'none' } }),
      await jwt(claims, { alg: 'none', header: { ...head, alg: 'none' } }).then((t) => `${t}${s}`),
      ...await Promise.all(['None', 'NONE', 'nOnE'].map(async (alg) => `${Buffer.from(JSON.stringify({ ...head, alg })).toString('base64url')}.${p}.`)),
      `${h}.${altered}.${s}`, `${h}.${p}.`, `${h}.${p}`, `${h}.${p}.${s}A`, `${h}.${p}.${Buffer.alloc(64).toString('base64url')}`, ` ${h}.${p}.${s}=`,
      await jwt(claims, { key: mallory.private, header: { ...head } }),
      await jwt(claims, { key: mallory.private, header: { ...head, jwk: mallory.public } }),
      await jwt(claims, { key: mallory.private, header: { ...head, kid: undefined, jku: 'https://evil.example/jwks' } }),
      await jwt(claims, { key: mallory.private, header: { ...head, kid: '../../../dev/null' } }),
      await jwt(claims, { key: got.id_token && mallory.private, header: { ...head, typ: 'JWT' } }),
      ...await Promise.all((await publicSecrets()).flatMap(({ kid, secret }) => ['HS256', 'HS512'].map((alg) => jwt(claims, { alg, key: secret, header: { ...head, alg, kid } })))),
    ];
    for (const token of forged) {
      assert.equal((await basic.userinfo(token)).status, 401, token);
      assert.deepEqual((await basic.introspect(token)).body, { active: false });
    }
    assert.equal((await basic.userinfo(got.access_token)).status, 200);
  });

  attack('a client assertion that is unsigned, of another key or another algorithm', async () => {
    const ask = (assertion) => jwtParty.call(bed.metadata.introspection_endpoint, { token: 'x' }, { assertion });
    const { d, ...open } = jwtParty.client.key;
    const secret = new Uint8Array(Buffer.from(createPublicKey({ key: open, format: 'jwk' }).export({ type: 'spki', format: 'pem' })));
    for (const assertion of [
      { alg: 'none' }, { key: (await newKey()).private }, { key: { ...(await newKey()).private, kid: open.kid } }, { key: secret, alg: 'HS256', header: { kid: open.kid } },
      { claims: { iss: 'test-basic', sub: 'test-basic' } }, { claims: { sub: 'test-basic' } }, { claims: { aud: 'https://evil.example' } }, { claims: { exp: undefined } }, { claims: { exp: now() - 120 } },
      { claims: { jti: undefined } }, { claims: { exp: now() + 90_000 } }, { header: { jwk: open } , key: (await newKey()).private },
    ]) refused(await ask(assertion), ['invalid_client', 'invalid_request']);
    assert.equal((await ask()).status, 200);
    // Both ways at once, or the other way than registered.
    refused(await jwtParty.call(bed.metadata.introspection_endpoint, { token: 'x' }, { headers: { authorization: `Basic ${btoa('test-basic:x')}` } }), ['invalid_client', 'invalid_request']);
    refused(await basic.call(bed.metadata.introspection_endpoint, { token: 'x' }, { auth: 'client_secret_post' }), 'invalid_client');
    refused(await basic.call(bed.metadata.introspection_endpoint, { token: 'x' }, { secret: `${basic.client.client_secret}x` }), 'invalid_client');
  });

  attack('a request object that has expired, is unsigned, or is of another client', async () => {
    const attempt = async (object) => {
      const { params } = await signing.ask();
      return signing.push({ client_id: params.client_id, request: await signing.requestObject(params, object) });
    };
    for (const object of [
      { claims: { exp: now() - 120, nbf: now() - 240, iat: now() - 240 } }, { alg: 'none' }, { claims: { iss: 'test-fapi' } }, { claims: { client_id: 'test-fapi' } }, { key: other.client.key },
      { claims: { aud: 'https://evil.example' } }, { header: { typ: 'at+jwt' } },
    ]) refused(await attempt(object), ['invalid_request_object', 'invalid_request', 'invalid_client', 'unauthorized_client']);
    // By value as well, where only the address would tell.
    const begun = await jwtParty.begin({}, { object: { claims: { exp: now() - 120, nbf: now() - 240, iat: now() - 240 } } });
    const page = await (await father()).go(begun.url);
    assert.equal(page.away?.searchParams.get('code') ?? null, null);
    assert.ok(!page.away || page.away.searchParams.get('error') === 'invalid_request_object');
    // A client assertion is no request object, and the other way round.
    const { params } = await signing.ask();
    refused(await signing.push({ client_id: params.client_id, request: await signing.assertion() }), ['invalid_request_object', 'invalid_request']);
    refused(await signing.push({ client_id: params.client_id, request: await signing.requestObject(params) }, { assertion: await signing.requestObject(params) }), ['invalid_client', 'invalid_request']);
  });
});

describe('clocks and names', () => {
  attack('clocks that differ a little are forgiven, those that differ much are not', async () => {
    const grant = { grant_type: 'client_credentials', resource: API };
    const proved = async (shift) => {
      const proof = await machine.proof('POST', bed.metadata.token_endpoint, { claims: { iat: now() + shift } });
      return machine.call(bed.metadata.token_endpoint, grant, { proof });
    };
    const asserted = async (shift) => {
      const at = now() + shift;
      const assertion = await machine.assertion({ claims: { iat: at, nbf: at, exp: at + 60 } });
      return machine.call(bed.metadata.token_endpoint, grant, { assertion });
    };
    const asked = async (shift) => {
      const { params } = await signing.ask();
      const at = now() + shift;
      return signing.push({ client_id: params.client_id, request: await signing.requestObject(params, { claims: { iat: at, nbf: at, exp: at + 120 } }) });
    };
    // Proofs from before the provider began are refused, so that a restart forgets none that was used.
    for (let n = 0; n < 60 && (await proved(-10)).status !== 200; n += 1) await new Promise((resolve) => setTimeout(resolve, 250));
    for (const shift of [-10, 10]) {
      for (const tried of [await proved(shift), await asserted(shift), await asked(shift)]) assert.ok([200, 201].includes(tried.status), `${shift} s: ${tried.text}`);
    }
    for (const shift of [-600, 90, 600]) {
      refused(await proved(shift), ['invalid_dpop_proof', 'use_dpop_nonce']);
      refused(await asserted(shift), 'invalid_client');
      refused(await asked(shift), ['invalid_request_object', 'invalid_request']);
    }
  });

  attack('whether a name has an account shows neither in the words nor in the time', async () => {
    const tried = async (login) => {
      const browser = new Browser(bed.url);
      const page = await browser.go('/dang-nhap');
      const form = page.forms.find((one) => one.fields.some((field) => field.type === 'password'));
      const from = performance.now();
      const answered = await browser.submit(form, { login, password: 'not the password of anybody', code: '' });
      return { took: performance.now() - from, status: answered.status, said: words(answered.text).replaceAll(login, '') };
    };
    // Two people of their own, so that the tests beside are not slowed; few tries each, before a pause is demanded.
    const there = ['long-widowed-mother', 'widowed-mother'].map((who) => bed.person(who).login);
    const absent = ['001199000987', '001199000988'];
    const took = { there: [], absent: [] };
    const said = new Set();
    for (let n = 0; n < 2; n += 1) {
      for (const [kind, logins] of [['there', there], ['absent', absent]]) {
        for (const login of logins) {
          const one = await tried(login);
          took[kind].push(one.took);
          said.add(`${one.status} ${one.said}`);
        }
      }
    }
    assert.equal(said.size, 1, [...said].join('\n'));
    const least = (times) => Math.min(...times);
    const ratio = least(took.there) / least(took.absent);
    // A password that is hashed for one and not for the other would be tens of times slower.
    assert.ok(ratio > 1 / 3 && ratio < 3, `${ratio}`);
  });
});

describe('the browser', () => {
  const consentOf = async (browser) => browser.go((await basic.begin({ prompt: 'consent' })).url);

  attack('clickjacking: no page of a sign-in or a consent may be framed, cached or told to others', async () => {
    const pages = [await new Browser(bed.url).go((await basic.begin()).url), await consentOf(await father()), await new Browser(bed.url).go(bed.metadata.end_session_endpoint), await (await father()).go((await basic.begin({ redirect_uri: 'https://evil.example/' })).url)];
    for (const page of pages) {
      assert.equal(page.away, undefined);
      const policy = page.headers['content-security-policy'] ?? '';
      assert.match(policy, /frame-ancestors 'none'/, page.url.href);
      assert.match(policy, /default-src '(none|self)'/);
      assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline/);
      assert.match(page.headers['x-frame-options'] ?? '', /deny/i);
      assert.match(page.headers['cache-control'] ?? '', /no-store/);
      assert.match(page.headers['referrer-policy'] ?? '', /no-referrer|same-origin|strict-origin/);
      assert.equal(page.headers['x-content-type-options'], 'nosniff');
      assert.doesNotMatch(page.text, /<script(?![^>]*src=)/i, 'no script in the page itself');
    }
  });

  attack('what another site puts into the request is shown as text', async () => {
    const nasty = '"><script>alert(1)</script>';
    for (const changes of [{ login_hint: nasty }, { state: nasty }, { redirect_uri: `https://evil.example/${nasty}` }, { scope: `openid ${nasty}` }, { ui_locales: nasty }, { client_id: nasty }]) {
      const page = await new Browser(bed.url).go((await basic.begin(changes)).url);
      assert.doesNotMatch(page.text, /<script>alert/, JSON.stringify(changes));
    }
  });

  attack('CSRF: nobody agrees but the person, on our page, in the browser that asked', async () => {
    const browser = await father();
    const page = await consentOf(browser);
    const form = page.forms.find((one) => one.mark === 'consent');
    assert.ok(form, `a consent page: ${words(page.text)}`);
    const fields = Object.fromEntries(form.fields.filter((f) => f.type !== 'checkbox' || f.checked).map((f) => [f.name, f.value]));
    const yes = form.buttons.find((button) => !/^(refuse|tu-choi|khong)/.test(button.value));
    if (yes.name) fields[yes.name] = yes.value;
    const secrets = form.fields.filter((f) => /csrf/.test(f.name)).map((f) => f.name);
    assert.ok(secrets.length, 'the form carries a token');
    // A refusal, or, for who is not signed in, the sign-in page: never a way back to the relying party.
    const signIn = (page) => page.url.pathname === '/dang-nhap';
    const none = (answered) => assert.ok(!answered.away && (answered.status >= 400 || signIn(answered)), `${answered.status} ${answered.url} ${answered.away ?? ''}`);
    none(await browser.go(form.action, { method: 'POST', fields, from: 'elsewhere' }));
    const without = { ...fields };
    for (const name of secrets) delete without[name];
    none(await browser.go(form.action, { method: 'POST', fields: without }));
    none(await browser.go(form.action, { method: 'POST', fields: { ...without, [secrets[0]]: random(16) } }));
    // Another browser of the same person, and one of another person: the request began in neither.
    none(await (await father()).go(form.action, { method: 'POST', fields }));
    none(await (await bed.signedIn('mother')).go(form.action, { method: 'POST', fields }));
    none(await new Browser(bed.url).go(form.action, { method: 'POST', fields }));
    // The honest answer still works, once.
    const done = await browser.go(form.action, { method: 'POST', fields });
    assert.ok(done.away?.searchParams.get('code'), `${done.status} ${words(done.text)}`);
    none(await browser.go(form.action, { method: 'POST', fields }));
  });

  attack('two tabs: each answer goes with its own request, in whichever order', async () => {
    const browser = await father();
    const [first, second] = [await basic.begin({ prompt: 'consent' }), await post.begin({ prompt: 'consent' })];
    const [one, two] = [await browser.go(first.url), await browser.go(second.url)];
    const end = async (party, begun, page) => {
      const away = await fill(browser, page, { who });
      assert.equal(away.away.origin, new URL(party.redirect).origin);
      assert.equal(away.away.searchParams.get('state'), begun.params.state);
      const answered = await party.exchange({ ...begun, code: away.away.searchParams.get('code') });
      assert.equal(answered.status, 200, answered.text);
      assert.equal(decodeJwt(answered.body.id_token).nonce, begun.params.nonce);
    };
    await end(post, second, two);
    await end(basic, first, one);
  });

  attack('two tabs: who signs out in one does not agree in the other', async () => {
    const person = bed.anybody();
    const browser = await signedIn(bed.url, person);
    const page = await consentOf(browser);
    await logOut(browser.copy(), bed.metadata.end_session_endpoint);
    const form = page.forms.find((one) => one.mark === 'consent');
    const after = await browser.submit(form);
    assert.equal(after.away?.searchParams.get('code') ?? null, null);
  });

  attack('session fixation: the cookie that a browser came with is not the one it leaves with', async () => {
    const browser = new Browser(bed.url);
    const begun = await basic.begin();
    await browser.go(begun.url);
    const before = new Map(browser.cookies);
    const person = bed.anybody();
    const planted = browser.copy();
    await basic.arrive(begun, browser, { who: person });
    const changed = [...browser.cookies].filter(([name, value]) => before.get(name) !== value);
    assert.ok(changed.length, 'a new session');
    // Who planted the old cookies has nothing.
    const page = await planted.go((await basic.begin({ prompt: 'none' })).url);
    assert.equal(page.away.searchParams.get('error'), 'login_required');
  });

  attack('replay after logout: neither the old cookie nor the tokens of the session live on', async () => {
    const person = bed.anybody();
    const browser = await signedIn(bed.url, person);
    const got = await basic.tokens(browser, { who: person });
    const stolen = browser.copy();
    await logOut(browser, bed.metadata.end_session_endpoint, { id_token_hint: got.id_token, post_logout_redirect_uri: basic.client.metadata.post_logout_redirect_uris[0] });
    const after = await stolen.go((await basic.begin({ prompt: 'none' })).url);
    assert.equal(after.away.searchParams.get('error'), 'login_required');
    assert.equal((await basic.userinfo(got.access_token)).status, 401);
    assert.equal((await basic.introspect(got.access_token)).body.active, false);
    if (got.refresh_token) refused(await basic.refresh(got.refresh_token), 'invalid_grant');
  });
});

describe('what an administrator ends', () => {
  attack('a suspended client: nothing of it works after five seconds, and nobody is sent to it', async () => {
    const doomed = await bed.party('doomed');
    const got = await doomed.tokens(await father(), { who, changes: { scope: 'openid offline_access', prompt: 'consent' } });
    const unused = await doomed.code(await father(), { who });
    const administrator = await bed.signedIn('administrator');
    await decide(administrator, doomed.client.client_id, 'suspend');
    try {
      await new Promise((resolve) => setTimeout(resolve, 5200));
      refused(await doomed.exchange(unused), ['invalid_client', 'unauthorized_client', 'invalid_grant']);
      refused(await doomed.refresh(got.refresh_token), ['invalid_client', 'unauthorized_client', 'invalid_grant']);
      refused(await doomed.call(bed.metadata.token_endpoint, { grant_type: 'client_credentials' }), ['invalid_client', 'unauthorized_client']);
      assert.equal((await doomed.userinfo(got.access_token)).status, 401);
      const page = await (await father()).go((await doomed.begin()).url);
      assert.equal(page.away, undefined);
      assert.ok(page.status >= 400 && page.status < 500);
    } finally {
      await decide(administrator, doomed.client.client_id, 'approve');
    }
    await new Promise((resolve) => setTimeout(resolve, 5200));
    await doomed.tokens(await father(), { who });
  });

  attack('the signing keys change in mid-flight: nothing that is under way breaks, and old tokens live out their time', async () => {
    const administrator = await bed.signedIn('administrator');
    const jwks = async () => (await (await fetch(bed.metadata.jwks_uri)).json()).keys.map((key) => key.kid);
    const before = await basic.tokens(await father(), { who });
    const published = await jwks();
    const pending = await Promise.all(Array.from({ length: 6 }, async () => basic.code(await father(), { who })));
    const [, ...answers] = await Promise.all([rotateKeys(administrator), ...pending.map((arrived) => basic.exchange(arrived))]);
    for (const answered of answers) assert.equal(answered.status, 200, answered.text);
    await rotateKeys(administrator);
    const after = await basic.tokens(await father(), { who });
    const kid = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;
    assert.ok(published.includes(kid(after.id_token)) || (await jwks()).includes(kid(after.id_token)));
    for (const name of [kid(before.id_token), kid(before.access_token)]) assert.ok((await jwks()).includes(name), 'a key stays published while its tokens live');
    assert.equal((await basic.userinfo(before.access_token)).status, 200);
    for (const answered of answers) await basic.idToken(answered.body.id_token, pending[answers.indexOf(answered)].params.nonce);
  });
});
