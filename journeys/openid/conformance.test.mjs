// The modules of the OpenID Foundation's conformance suite, acted out against the provider: each test bears its module's
// name. docs/openid-conformance.md is the table; table.test.mjs holds the two together.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openBed } from './bed.mjs';
import { Browser, responseOf, words } from './browser.mjs';
import { API } from './clients.mjs';
import { checkLogoutToken, hear } from './hear.mjs';
import { fill, logOut, signedIn } from './person.mjs';
import { decodeJwt, jwt, newKey, now, random, refused } from './relying.mjs';

const bed = await openBed();
after(() => bed.close());
const module = (name, body) => test(name, { timeout: 120_000 }, body);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const who = bed.person('mother');
const [basic, post, edwards, signedParty, plainFapi, plainOther, signing, signingOther, machine] = await Promise.all(
  ['basic', 'post', 'edwards', 'jwt', 'fapi', 'fapi-other', 'signing', 'signing-other', 'machine'].map(bed.party));
const mother = () => bed.signedIn('mother');

/** How a request that the provider does not like ends: told to the relying party, or a page of ours with 400. */
async function turnedDown(party, begun, browser, errors) {
  const { away, status, url, fields, text } = await browser.go(begun.url);
  if (!away) {
    assert.ok(status >= 400 && status < 500, `${status} at ${url}: ${words(text)}`);
    return null;
  }
  const params = fields ?? away.searchParams;
  const said = params.has('response') ? decodeJwt(params.get('response')) : Object.fromEntries(params);
  assert.ok([errors].flat().includes(said.error), `${said.error}: ${said.error_description}`);
  assert.equal(said.iss, party.metadata.issuer);
  assert.equal(said.code, undefined);
  return said;
}

/** The parameters of an answer, from a signed one too. */
function decodedAnswer(page) {
  const params = responseOf(page);
  return params.has('response') ? Object.entries(decodeJwt(params.get('response'))).map(([k, v]) => [k, String(v)]) : params;
}

const isSignInPage = (page) => page.forms.some((form) => form.fields.some((field) => field.type === 'password'));

/** Begun before the other tests, looked at when their time has come. */
const soon = (work) => { const running = work(); running.catch(() => {}); return running; };
const reusedLater = soon(async () => {
  const got = await basic.tokens(await mother(), { who });
  return { got, due: Date.now() + 30_500 };
});
const expiring = soon(async () => {
  await reusedLater;
  const arrived = await plainFapi.code(await mother(), { who });
  const { pushed, url } = await plainFapi.begin();
  return { arrived, due: Date.now() + 61_500, pushed, url, dead: Date.now() + pushed.expires_in * 1000 + 1500 };
});
await Promise.allSettled([reusedLater, expiring]);

describe('oidcc-basic-certification-test-plan', () => {
  module('oidcc-server', async () => {
    const got = await basic.tokens(await mother(), { who });
    assert.ok(got.claims.sub && got.access_token);
    assert.equal(got.claims.aud, basic.client.client_id);
  });

  module('oidcc-response-type-missing', async () => {
    const begun = await basic.begin({ response_type: undefined });
    await turnedDown(basic, begun, await mother(), ['unsupported_response_type', 'invalid_request']);
  });

  module('oidcc-idtoken-signature', async () => {
    for (const [party, alg] of [[basic, 'ES256'], [edwards, 'EdDSA']]) {
      const got = await party.tokens(await mother(), { who });
      const head = JSON.parse(Buffer.from(got.id_token.split('.')[0], 'base64url'));
      assert.equal(head.alg, alg);
      const keys = (await (await fetch(bed.metadata.jwks_uri)).json()).keys;
      assert.ok(keys.some((key) => key.kid === head.kid && key.alg === alg), 'the key is published');
    }
  });

  module('oidcc-idtoken-unsigned', async () => {
    const metadata = { client_name: 'Unsigned', redirect_uris: ['https://unsigned.example/cb'], id_token_signed_response_alg: 'none' };
    const answered = await fetch(bed.metadata.registration_endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(metadata) });
    assert.equal(answered.status, 400);
    assert.equal((await answered.json()).error, 'invalid_client_metadata');
  });

  for (const [name, how] of Object.entries({
    'oidcc-userinfo-get': { method: 'GET' },
    'oidcc-userinfo-post-header': { method: 'POST' },
    'oidcc-userinfo-post-body': { method: 'POST', where: 'body' },
  })) {
    module(name, async () => {
      const got = await basic.tokens(await mother(), { who });
      const { status, body, text } = await basic.userinfo(got.access_token, how);
      assert.equal(status, 200, text);
      assert.equal(body.sub, got.claims.sub);
    });
  }

  module('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    const got = await basic.tokens(await mother(), { who, changes: { nonce: undefined } });
    assert.equal(got.claims.nonce, undefined);
  });

  for (const [name, scope, some] of [
    ['oidcc-scope-profile', 'openid profile', ['name', 'birthdate', 'gender']],
    ['oidcc-scope-email', 'openid email', ['email']],
    ['oidcc-scope-address', 'openid address', ['address']],
    ['oidcc-scope-phone', 'openid phone', ['phone_number']],
    ['oidcc-scope-all', 'openid profile email address phone', ['name', 'birthdate', 'gender', 'address', 'phone_number', 'email']],
  ]) {
    module(name, async () => {
      const got = await basic.tokens(await mother(), { who, changes: { scope } });
      const { status, body, text } = await basic.userinfo(got.access_token);
      assert.equal(status, 200, text);
      // A person without a telephone or an e-mail in the register has none to tell: the claim is then left out.
      const must = some.filter((claim) => !['email', 'phone_number'].includes(claim));
      for (const claim of must) assert.ok(body[claim], `${claim} of ${text}`);
      const allowed = ['sub', ...some, 'email_verified', 'phone_number_verified', 'given_name', 'family_name', 'middle_name', 'updated_at', 'account_level'];
      for (const claim of Object.keys(body)) assert.ok(allowed.includes(claim), `${claim} was not asked for`);
    });
  }

  module('oidcc-alternate-happy-flow', async () => {
    const { params, verifier } = await basic.ask({ scope: 'email profile openid' });
    const url = new URL(bed.metadata.authorization_endpoint);
    for (const [name, value] of Object.entries(params).reverse()) url.searchParams.append(name, value);
    const arrived = await basic.arrive({ params, verifier, url }, await mother(), { who });
    assert.equal((await basic.exchange(arrived)).status, 200);
  });

  for (const display of ['page', 'popup']) {
    module(`oidcc-display-${display}`, async () => {
      const begun = await basic.begin({ display });
      assert.ok(isSignInPage(await new Browser(bed.url).go(begun.url)), 'who is not signed in gets the sign-in page');
      await basic.tokens(await mother(), { who, changes: { display } });
    });
  }

  module('oidcc-prompt-login', async () => {
    const person = bed.anybody();
    const browser = await signedIn(bed.url, person);
    const first = await basic.tokens(browser, { who: person });
    await sleep(1100);
    const begun = await basic.begin({ prompt: 'login' });
    assert.ok(isSignInPage(await browser.go(begun.url)), 'asks to sign in again');
    const second = await basic.tokens(browser, { who: person, changes: { prompt: 'login' } });
    assert.ok(second.claims.auth_time > first.claims.auth_time);
    assert.equal(second.claims.sub, first.claims.sub);
  });

  module('oidcc-prompt-none-not-logged-in', async () => {
    const begun = await basic.begin({ prompt: 'none' });
    const said = await turnedDown(basic, begun, new Browser(bed.url), ['login_required', 'interaction_required']);
    assert.ok(said, 'the relying party is told');
  });

  module('oidcc-prompt-none-logged-in', async () => {
    const browser = await mother();
    const first = await basic.tokens(browser, { who });
    const second = await basic.tokens(browser, { changes: { prompt: 'none' } });
    assert.deepEqual([second.claims.sub, second.claims.auth_time], [first.claims.sub, first.claims.auth_time]);
    assert.deepEqual(second.seen, []);
  });

  module('oidcc-max-age-1', async () => {
    const person = bed.anybody();
    const browser = await signedIn(bed.url, person);
    const first = await basic.tokens(browser, { who: person, changes: { max_age: 15000 } });
    await sleep(2100);
    const begun = await basic.begin({ max_age: 1 });
    assert.ok(isSignInPage(await browser.go(begun.url)), 'asks to sign in again');
    const second = await basic.tokens(browser, { who: person, changes: { max_age: 1 } });
    assert.ok(second.claims.auth_time > first.claims.auth_time);
  });

  module('oidcc-max-age-10000', async () => {
    const browser = await mother();
    const first = await basic.tokens(browser, { who, changes: { max_age: 15000 } });
    const second = await basic.tokens(browser, { changes: { max_age: 10000 } });
    assert.ok(first.claims.auth_time);
    assert.deepEqual([second.claims.sub, second.claims.auth_time], [first.claims.sub, first.claims.auth_time]);
    assert.deepEqual(second.seen, []);
  });

  module('oidcc-ensure-request-with-unknown-parameter-succeeds', async () => {
    await basic.tokens(await mother(), { who, changes: { extra: 'foobar' } });
  });

  module('oidcc-id-token-hint', async () => {
    const browser = await mother();
    const first = await basic.tokens(browser, { who });
    const second = await basic.tokens(browser, { changes: { prompt: 'none', id_token_hint: first.id_token } });
    assert.equal(second.claims.sub, first.claims.sub);
    // The hint names another person: nobody is signed in silently for them.
    const father = await basic.tokens(await bed.signedIn('father'), { who: bed.person('father') });
    const begun = await basic.begin({ prompt: 'none', id_token_hint: father.id_token });
    await turnedDown(basic, begun, browser, ['login_required', 'interaction_required', 'account_selection_required']);
  });

  module('oidcc-login-hint', async () => {
    const begun = await basic.begin({ login_hint: who.login });
    const page = await new Browser(bed.url).go(begun.url);
    assert.ok(isSignInPage(page));
    await basic.tokens(await mother(), { who, changes: { login_hint: 'buffy@op.example' } });
  });

  module('oidcc-ui-locales', async () => {
    for (const asked of ['vi', 'en', 'se en']) {
      const page = await new Browser(bed.url, { language: 'fr' }).go((await basic.begin({ ui_locales: asked })).url);
      assert.ok(isSignInPage(page), asked);
      assert.match(page.text, /<html[^>]*lang="(vi|en)"/, asked);
    }
    await basic.tokens(await mother(), { who, changes: { ui_locales: 'se' } });
  });

  module('oidcc-claims-locales', async () => {
    await basic.tokens(await mother(), { who, changes: { claims_locales: 'se' } });
  });

  module('oidcc-ensure-request-with-acr-values-succeeds', async () => {
    const values = bed.metadata.acr_values_supported.slice(0, 2);
    const got = await basic.tokens(await mother(), { who, changes: { acr_values: values.join(' ') } });
    assert.ok(bed.metadata.acr_values_supported.indexOf(got.claims.acr) >= 0, `acr is ${got.claims.acr}`);
  });

  module('oidcc-codereuse', async () => {
    const got = await basic.tokens(await mother(), { who });
    refused(await basic.exchange(got), 'invalid_grant');
    // RFC 6749, 4.1.2: what the first use gave is dead as well.
    assert.equal((await basic.userinfo(got.access_token)).status, 401);
  });

  module('oidcc-codereuse-30seconds', async () => {
    const { got, due } = await reusedLater;
    await sleep(due - Date.now());
    assert.equal((await basic.userinfo(got.access_token)).status, 200);
    refused(await basic.exchange(got), 'invalid_grant');
    assert.equal((await basic.userinfo(got.access_token)).status, 401);
  });

  module('oidcc-ensure-registered-redirect-uri', async () => {
    for (const redirect_uri of ['https://basic.example/cb/more', 'https://basic.example/cb?more=1', 'https://evil.example/cb', 'https://basic.example/cb#f', 'https://basic.example/CB']) {
      const page = await (await mother()).go((await basic.begin({ redirect_uri })).url);
      assert.equal(page.away, undefined, redirect_uri);
      assert.ok(page.status >= 400 && page.status < 500, `${redirect_uri}: ${page.status}`);
    }
  });

  module('oidcc-ensure-post-request-succeeds', async () => {
    const { params, verifier } = await basic.ask();
    const arrived = await basic.arrive({ params, verifier, url: bed.metadata.authorization_endpoint }, await mother(),
      { who, how: { method: 'POST', fields: params, from: 'elsewhere' } });
    assert.equal((await basic.exchange(arrived)).status, 200);
  });

  module('oidcc-server-client-secret-post', async () => {
    await post.tokens(await mother(), { who });
  });

  module('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () => {
    assert.equal(bed.metadata.request_uri_parameter_supported ?? true, false);
    const begun = await basic.begin({}, { outside: { request_uri: 'https://basic.example/request.jwt' } });
    await turnedDown(basic, begun, await mother(), ['request_uri_not_supported', 'invalid_request_uri', 'invalid_request']);
  });

  module('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async () => {
    assert.ok(!bed.metadata.request_object_signing_alg_values_supported.includes('none'));
    const { params } = await basic.ask();
    const begun = await basic.begin({}, { outside: { request: await jwt({ ...params, state: 'inside' }, { alg: 'none' }) } });
    await turnedDown(basic, begun, await mother(), ['request_not_supported', 'invalid_request_object']);
  });

  module('oidcc-claims-essential', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const got = await basic.tokens(await mother(), { who, changes: { claims } });
    assert.ok((await basic.userinfo(got.access_token)).body.name);
  });

  module('oidcc-ensure-request-object-with-redirect-uri', async () => {
    // Only signed objects are taken: what stands inside holds, what stands outside does not.
    const inside = signedParty.client.metadata.redirect_uris[1];
    const begun = await signedParty.begin({ redirect_uri: inside }, { object: true, outside: { redirect_uri: 'https://evil.example/cb' } });
    const page = await (await mother()).go(begun.url);
    if (!page.away && page.status >= 400) return;
    const arrived = await signedParty.arrive(begun, await mother(), { who });
    assert.equal(`${arrived.page.away}`.split('&code')[0].split('?')[0], inside.split('?')[0]);
  });

  module('oidcc-refresh-token', async () => {
    const got = await basic.tokens(await mother(), { who, changes: { scope: 'openid offline_access', prompt: 'consent' } });
    assert.ok(got.refresh_token);
    refused(await post.refresh(got.refresh_token), 'invalid_grant');
    const again = await basic.refresh(got.refresh_token);
    assert.equal(again.status, 200, again.text);
    assert.equal((await basic.userinfo(again.body.access_token)).status, 200);
    if (again.body.id_token) {
      const claims = decodeJwt(again.body.id_token);
      assert.deepEqual([claims.sub, claims.iss, claims.aud], [got.claims.sub, got.claims.iss, got.claims.aud]);
      assert.equal(claims.auth_time, got.claims.auth_time);
    }
  });

  module('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
    await basic.tokens(await mother(), { who });
  });
});

describe('oidcc-config-certification-test-plan', () => {
  module('oidcc-discovery-endpoint-verification', async () => {
    const has = (name, values) => { for (const value of values) assert.ok(bed.metadata[name]?.includes(value), `${name} has ${value}`); };
    assert.equal(bed.metadata.issuer, bed.url);
    has('response_types_supported', ['code']);
    has('subject_types_supported', ['pairwise']);
    has('scopes_supported', ['openid', 'profile', 'email', 'phone', 'address', 'offline_access']);
    has('grant_types_supported', ['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code', 'urn:openid:params:grant-type:ciba']);
    has('token_endpoint_auth_methods_supported', ['private_key_jwt', 'client_secret_basic']);
    has('id_token_signing_alg_values_supported', ['ES256', 'EdDSA']);
    has('code_challenge_methods_supported', ['S256']);
    assert.ok(!bed.metadata.code_challenge_methods_supported.includes('plain'));
    assert.equal(bed.metadata.claims_parameter_supported, true);
    assert.equal(bed.metadata.authorization_response_iss_parameter_supported, true);
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri', 'introspection_endpoint', 'revocation_endpoint', 'end_session_endpoint', 'pushed_authorization_request_endpoint', 'device_authorization_endpoint', 'backchannel_authentication_endpoint', 'registration_endpoint']) {
      assert.equal(new URL(bed.metadata[name]).origin, bed.url, name);
    }
    const { keys } = await (await fetch(bed.metadata.jwks_uri)).json();
    assert.ok(keys.length >= 2);
    assert.equal(new Set(keys.map((key) => key.kid)).size, keys.length, 'every key has a name of its own');
    for (const key of keys) for (const part of ['d', 'p', 'q', 'k']) assert.equal(key[part], undefined, 'no private part');
    const twin = await (await fetch(`${bed.url}/.well-known/oauth-authorization-server`)).json();
    assert.equal(twin.issuer, bed.url);
  });
});

async function isSignedOut(browser) {
  const said = await turnedDown(basic, await basic.begin({ prompt: 'none' }), browser, ['login_required', 'interaction_required']);
  assert.ok(said, 'nobody is signed in');
}

describe('oidcc-rp-initiated-logout-certification-test-plan', () => {
  const out = basic.client.metadata.post_logout_redirect_uris[0];
  const begin = async () => {
    const person = bed.anybody();
    const browser = await signedIn(bed.url, person);
    return { browser, ...await basic.tokens(browser, { who: person }) };
  };

  module('oidcc-rp-initiated-logout-discovery-endpoint-verification', () => {
    assert.equal(new URL(bed.metadata.end_session_endpoint).origin, bed.url);
  });

  module('oidcc-rp-initiated-logout', async () => {
    const { browser, id_token } = await begin();
    const page = await logOut(browser, bed.metadata.end_session_endpoint, { id_token_hint: id_token, post_logout_redirect_uri: out, state: 's t/1' });
    assert.equal(`${page.away.origin}${page.away.pathname}`, out);
    assert.equal(page.away.searchParams.get('state'), 's t/1');
    await isSignedOut(browser);
  });

  module('oidcc-rp-initiated-logout-no-state', async () => {
    const { browser, id_token } = await begin();
    const page = await logOut(browser, bed.metadata.end_session_endpoint, { id_token_hint: id_token, post_logout_redirect_uri: out });
    assert.equal(`${page.away}`, out);
    await isSignedOut(browser);
  });

  for (const [name, params] of [
    ['oidcc-rp-initiated-logout-no-params', () => ({})],
    ['oidcc-rp-initiated-logout-only-state', () => ({ state: 'x' })],
    ['oidcc-rp-initiated-logout-no-post-logout-redirect-uri', ({ id_token }) => ({ id_token_hint: id_token })],
  ]) {
    module(name, async () => {
      const begun = await begin();
      const page = await logOut(begun.browser, bed.metadata.end_session_endpoint, params(begun));
      assert.equal(page.away, undefined);
      assert.equal(page.status, 200);
      await isSignedOut(begun.browser);
    });
  }

  const stranger = newKey();
  const decode = (token) => decodeJwt(token);
  for (const [name, params] of [
    ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', (t) => ({ id_token_hint: t, post_logout_redirect_uri: 'https://basic.example/other' })],
    ['oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', (t) => ({ id_token_hint: t, post_logout_redirect_uri: `${out}?foo=bar` })],
    ['oidcc-rp-initiated-logout-modified-id-token-hint', async (t) => ({ id_token_hint: await jwt(decode(t), { alg: 'none' }), post_logout_redirect_uri: out })],
    ['oidcc-rp-initiated-logout-bad-id-token-hint', async (t) => ({ id_token_hint: await jwt(decode(t), { key: (await stranger).private }), post_logout_redirect_uri: out })],
    ['oidcc-rp-initiated-logout-no-id-token-hint', () => ({ post_logout_redirect_uri: out })],
  ]) {
    module(name, async () => {
      const browser = await mother();
      const { id_token } = await basic.tokens(browser, { who });
      const page = await logOut(browser, bed.metadata.end_session_endpoint, await params(id_token), { confirm: false });
      assert.equal(page.away, undefined, `${page.away}`);
      assert.ok(page.status === 200 || (page.status >= 400 && page.status < 500));
      // Nobody was signed out without being asked.
      await basic.tokens(await mother(), { changes: { prompt: 'none' } });
    });
  }
});

describe('oidcc-backchannel-rp-initiated-logout-certification-test-plan', () => {
  module('oidcc-backchannel-logout-discovery-endpoint-verification', () => {
    assert.equal(bed.metadata.backchannel_logout_supported, true);
    assert.equal(bed.metadata.backchannel_logout_session_supported, true);
    assert.ok(bed.metadata.end_session_endpoint);
  });

  module('oidcc-backchannel-rp-initiated-logout', async () => {
    const ear = await hear(bed.hearPort);
    try {
      const person = bed.anybody();
      const browser = await signedIn(bed.url, person);
      const got = await basic.tokens(browser, { who: person });
      const neighbour = await post.tokens(browser, { who: person });
      assert.ok(got.claims.sid);
      const page = await logOut(browser, bed.metadata.end_session_endpoint, { id_token_hint: got.id_token, post_logout_redirect_uri: basic.client.metadata.post_logout_redirect_uris[0], state: 'x' });
      assert.equal(page.away.searchParams.get('state'), 'x');
      await checkLogoutToken(basic, await ear.next('basic', got.claims.sid), got.claims);
      await checkLogoutToken(post, await ear.next('post', neighbour.claims.sid), neighbour.claims);
      await isSignedOut(browser);
    } finally {
      await ear.close();
    }
  });
});

const REQUEST = ['invalid_request', 'invalid_request_object', 'invalid_request_uri', 'access_denied'];
const CLIENT = ['invalid_client', 'invalid_request'];

// The plan of the Security Profile runs with plain pushed requests; that of Message Signing runs the same modules with
// signed ones, answered with signed responses, and adds those of the next part.
for (const [plan, fapi, other, mode] of [
  ['fapi2-security-profile-final-test-plan', plainFapi, plainOther, {}],
  ['fapi2-message-signing-final-test-plan', signing, signingOther, { response_mode: 'jwt' }],
]) describe(plan, () => {
  const signs = fapi === signing;
  /** Pushes these parameters in the way of the plan. */
  const push = async (params, options) => fapi.push(signs ? { client_id: params.client_id, request: await fapi.requestObject(params) } : params, options);
  const fapi2 = (name, body) => module(`fapi2-security-profile-final-${name}`, body);
  const flow = async (changes = {}, options = {}, exchange = {}) => fapi.tokens(await mother(), { who, changes: { ...mode, ...changes }, options, exchange });

  fapi2('discovery-end-point-verification', () => {
    const has = (name, values) => { for (const value of values) assert.ok(bed.metadata[name]?.includes(value), `${name} has ${value}`); };
    has('token_endpoint_auth_methods_supported', ['private_key_jwt']);
    has('dpop_signing_alg_values_supported', ['ES256', 'EdDSA']);
    has('token_endpoint_auth_signing_alg_values_supported', ['ES256', 'EdDSA']);
    for (const name of ['dpop_signing_alg_values_supported', 'authorization_signing_alg_values_supported', 'id_token_signing_alg_values_supported']) {
      for (const alg of bed.metadata[name]) assert.match(alg, /^(ES256|PS256|EdDSA|Ed25519)$/, name);
    }
    // RS256 is taken of clients without a FAPI profile; nothing symmetric and nothing unsigned of anybody.
    for (const name of ['token_endpoint_auth_signing_alg_values_supported', 'request_object_signing_alg_values_supported']) {
      for (const alg of bed.metadata[name]) assert.match(alg, /^(ES256|PS256|RS256|EdDSA|Ed25519)$/, name);
    }
    has('response_modes_supported', ['query', 'jwt']);
    has('claims_supported', ['sub', 'name', 'birthdate']);
    assert.equal(bed.metadata.authorization_response_iss_parameter_supported, true);
    assert.ok(bed.metadata.pushed_authorization_request_endpoint);
  });

  fapi2('happy-flow', async () => {
    for (const [party, redirect_uri] of [[fapi, fapi.client.metadata.redirect_uris[0]], [other, other.client.metadata.redirect_uris[1]]]) {
      const got = await party.tokens(await mother(), { who, changes: { ...mode, redirect_uri } });
      assert.ok(got.page.away.href.startsWith(`${redirect_uri}${redirect_uri.includes('?') ? '&' : '?'}`), 'the whole registered address, its query included');
      const info = await party.userinfo(got.access_token);
      assert.equal(info.status, 200, info.text);
      assert.equal(info.body.sub, got.claims.sub);
      const token = decodeJwt(got.access_token);
      assert.equal(token.cnf.jkt, await party.thumbprint());
      // Bound: without the proof, or with another's key, it is worth nothing.
      assert.equal((await party.userinfo(got.access_token, { proof: false })).status, 401);
      assert.equal((await party.userinfo(got.access_token, { scheme: 'Bearer', proof: false })).status, 401);
      assert.equal((await party.userinfo(got.access_token, { proof: { key: (await newKey()).private } })).status, 401);
    }
  });

  fapi2('user-rejects-authentication', async () => {
    const begun = await fapi.begin({ prompt: 'consent' });
    const arrived = await fapi.arrive(begun, await mother(), { who, allow: false });
    assert.equal(arrived.answer.get('error'), 'access_denied');
    assert.equal(arrived.code, null);
  });

  fapi2('ensure-authorization-request-without-state-success', async () => {
    const got = await flow({ state: undefined });
    assert.equal(got.answer.has('state'), false);
    assert.equal(got.claims.s_hash, undefined);
  });

  fapi2('ensure-authorization-request-without-nonce-success', async () => {
    assert.equal((await flow({ nonce: undefined })).claims.nonce, undefined);
  });

  fapi2('ensure-authorization-request-with-64-char-nonce-success', async () => {
    const nonce = random(48);
    assert.equal(nonce.length, 64);
    assert.equal((await flow({ nonce })).claims.nonce, nonce);
  });

  fapi2('ensure-other-scope-order-succeeds', async () => {
    await flow({ scope: 'profile openid' });
  });

  fapi2('test-claims-parameter-identity-claims', async () => {
    const wanted = ['name', 'birthdate', 'gender'].filter((claim) => bed.metadata.claims_supported.includes(claim));
    const claims = JSON.stringify({
      userinfo: { ...Object.fromEntries(wanted.map((claim) => [claim, { essential: true }])), random_unknown_claim: null },
      id_token: { name: { essential: false }, random_unknown_claim: { essential: true } },
    });
    const got = await flow({ claims });
    const info = await fapi.userinfo(got.access_token);
    for (const claim of wanted) assert.ok(info.body[claim], claim);
    assert.equal(info.body.random_unknown_claim, undefined);
    assert.ok(got.claims.name);
  });

  fapi2('access-token-type-header-case-sensitivity', async () => {
    const got = await flow();
    for (const scheme of ['dpop', 'DPOP', 'DpOp']) assert.equal((await fapi.userinfo(got.access_token, { scheme })).status, 200, scheme);
  });

  fapi2('check-dpop-proof-nbf-exp', async () => {
    const claims = { nbf: now() - 1, exp: now() + 30 };
    const got = await flow({}, {}, { proof: { claims } });
    assert.equal((await fapi.userinfo(got.access_token, { proof: { claims } })).status, 200);
  });

  for (const [when, shift] of [['before', -10], ['after', 10]]) {
    fapi2(`ensure-dpopproof-with-iat-10seconds-${when}-succeeds`, async () => {
      const proof = () => ({ claims: { iat: now() + shift } });
      const got = await flow({}, { push: { proof: proof() } }, { proof: proof() });
      assert.equal((await fapi.userinfo(got.access_token, { proof: proof() })).status, 200);
    });
  }

  fapi2('ensure-mismatched-dpop-jkt-fails', async () => {
    const { params } = await fapi.ask({ dpop_jkt: random(32) });
    refused(await push(params), ['invalid_request', 'invalid_dpop_proof']);
  });

  fapi2('ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt', async () => {
    const arrived = await fapi.code(await mother(), { who, options: { push: { proof: {} } } });
    refused(await fapi.exchange(arrived, { proof: { key: (await newKey()).private } }), ['invalid_grant', 'invalid_dpop_proof']);
  });

  fapi2('ensure-token-endpoint-fails-with-mismatched-dpop-jkt', async () => {
    const arrived = await fapi.code(await mother(), { who, changes: { dpop_jkt: await fapi.thumbprint() }, options: { push: { proof: false } } });
    refused(await fapi.exchange(arrived, { proof: { key: (await newKey()).private } }), ['invalid_grant', 'invalid_dpop_proof']);
  });

  fapi2('ensure-dpopproof-at-par-endpoint-binding-success', async () => {
    await flow({}, { push: { proof: {} } });
  });

  fapi2('ensure-dpop-auth-code-binding-success', async () => {
    await flow({ dpop_jkt: await fapi.thumbprint() }, { push: { proof: {} } });
  });

  // Where the object is pushed the address holds nothing else; what is there all the same is not used.
  fapi2('ensure-different-nonce-inside-and-outside-request-object', async () => {
    const begun = await signing.begin({}, { outside: { nonce: 'outside' } });
    await signing.tokens(await mother(), { who, options: { outside: { nonce: 'outside' } } });
    assert.notEqual(begun.params.nonce, 'outside');
  });

  fapi2('ensure-different-state-inside-and-outside-request-object', async () => {
    // `arrive` compares the state that comes back with the one inside.
    await signing.tokens(await mother(), { who, options: { outside: { state: 'outside' } } });
  });

  fapi2('ensure-authorization-request-with-long-nonce', async () => {
    const nonce = random(288);
    assert.equal(nonce.length, 384);
    const { params } = await fapi.ask({ nonce });
    const pushed = await push(params);
    if (pushed.status === 201) assert.equal((await flow({ nonce })).claims.nonce, nonce);
    else refused(pushed, ['invalid_request', 'invalid_request_object']);
  });

  fapi2('ensure-authorization-request-with-long-state', async () => {
    const state = random(288);
    const { params } = await fapi.ask({ state });
    const pushed = await push(params);
    if (pushed.status === 201) await flow({ state });
    else refused(pushed, ['invalid_request', 'invalid_request_object']);
  });

  fapi2('state-only-outside-request-object-not-used', async () => {
    const got = await signing.tokens(await mother(), { who, changes: { state: undefined }, options: { outside: { state: 'outside' } } });
    assert.equal(got.answer.has('state'), false);
  });

  fapi2('ensure-request-object-without-redirect-uri-fails', async () => {
    const { params } = await signing.ask({ redirect_uri: undefined });
    refused(await signing.push({ client_id: params.client_id, request: await signing.requestObject(params) }), ['invalid_request', 'invalid_request_object', 'invalid_redirect_uri']);
  });

  fapi2('plain-fapi-tolerate-unregistered-redirect-uri', async () => {
    const { params } = await fapi.ask({ redirect_uri: 'https://fapi.example/unregistered' });
    refused(await push(params), ['invalid_request', 'invalid_redirect_uri']);
  });

  fapi2('ensure-unsigned-authorization-request-without-using-par-fails', async () => {
    await turnedDown(fapi, await fapi.begin({}, { par: false, object: false }), await mother(), REQUEST);
    // Not pushed, whether signed or not.
    await turnedDown(fapi, await fapi.begin({}, { par: false, object: true }), await mother(), REQUEST);
  });

  fapi2('ensure-redirect-uri-in-authorization-request', async () => {
    const { params } = await fapi.ask({ redirect_uri: undefined });
    refused(await push(params), ['invalid_request', 'invalid_redirect_uri']);
  });

  for (const [name, response_type] of [['ensure-response-type-code-idtoken-fails', 'code id_token'], ['ensure-response-type-token-fails', 'token']]) {
    fapi2(name, async () => {
      const { params } = await fapi.ask({ response_type });
      refused(await push(params), ['unsupported_response_type', 'invalid_request', 'unauthorized_client']);
    });
  }

  fapi2('ensure-client-id-in-token-endpoint', async () => {
    const arrived = await fapi.code(await mother(), { who });
    refused(await fapi.exchange(arrived, { form: { client_id: other.client.client_id } }), [...CLIENT, 'invalid_grant']);
  });

  fapi2('ensure-holder-of-key-required', async () => {
    const arrived = await fapi.code(await mother(), { who });
    refused(await fapi.exchange(arrived, { proof: false }), ['invalid_request', 'invalid_dpop_proof', 'invalid_grant']);
    refused(await machine.call(bed.metadata.token_endpoint, { grant_type: 'client_credentials', resource: API }, { proof: false }), ['invalid_request', 'invalid_dpop_proof']);
  });

  fapi2('ensure-authorization-code-is-bound-to-client', async () => {
    const arrived = await fapi.code(await mother(), { who });
    refused(await other.exchange(arrived), 'invalid_grant');
  });

  fapi2('attempt-reuse-authorization-code-after-one-second', async () => {
    const got = await flow();
    await sleep(1000);
    refused(await fapi.exchange(got), 'invalid_grant');
    assert.equal((await fapi.userinfo(got.access_token)).status, 401);
  });

  const bad = {
    'ensure-signed-client-assertion-with-RS256-fails': async () => {
      const key = await newKey('RS256');
      return { assertion: { key: key.private, alg: 'RS256' } };
    },
    'ensure-client-assertion-in-token-endpoint': () => ({ assertion: false }),
    'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails': () => ({ assertion: { claims: { exp: now() - 300, iat: now() - 360, nbf: now() - 360 } } }),
    'ensure-client-assertion-with-wrong-aud-fails': () => ({ assertion: { claims: { aud: 'https://other.example' } } }),
    'ensure-client-assertion-with-no-sub-fails': () => ({ assertion: { claims: { sub: undefined } } }),
  };
  for (const [name, change] of Object.entries(bad)) {
    fapi2(name, async () => {
      const arrived = await fapi.code(await mother(), { who });
      refused(await fapi.exchange(arrived, await change()), CLIENT);
    });
  }

  fapi2('dpop-negative-tests', async () => {
    const got = await flow();
    const fresh = await newKey();
    const ok = () => fapi.userinfo(got.access_token);
    assert.equal((await ok()).status, 200);
    const changes = {
      'no proof': false,
      'not a token': 'x.y.z',
      'of another address': { claims: { htu: `${bed.url}/openid/other` } },
      'of another method': { claims: { htm: 'PUT' } },
      'without ath': { claims: { ath: undefined } },
      'of another access token': { claims: { ath: random(32) } },
      'without jti': { claims: { jti: undefined } },
      'without iat': { claims: { iat: undefined } },
      'without htm': { claims: { htm: undefined } },
      'without htu': { claims: { htu: undefined } },
      'an hour old': { claims: { iat: now() - 3600 } },
      'an hour ahead': { claims: { iat: now() + 3600 } },
      'of another type': { header: { typ: 'jwt' } },
      'without a type': { header: { typ: undefined } },
      'without its key': { header: { jwk: undefined } },
      'unsigned': { alg: 'none' },
      'with its private key': { header: { jwk: fapi.proofKey } },
      'by another key': { key: fresh.private },
      'signed by another than it names': { header: { jwk: fresh.public } },
    };
    for (const [what, proof] of Object.entries(changes)) {
      const answered = await fapi.userinfo(got.access_token, { proof });
      assert.equal(answered.status, 401, `${what}: ${answered.text}`);
      assert.match(answered.headers.get('www-authenticate') ?? '', /DPoP/i, what);
    }
    const once = await fapi.proof('GET', bed.metadata.userinfo_endpoint, { token: got.access_token });
    assert.equal((await fapi.userinfo(got.access_token, { proof: once })).status, 200);
    assert.equal((await fapi.userinfo(got.access_token, { proof: once })).status, 401, 'a proof works once');
    const secret = new TextEncoder().encode('0123456789abcdef0123456789abcdef');
    const symmetric = await jwt({ jti: random(), htm: 'GET', htu: bed.metadata.userinfo_endpoint, iat: now() }, { key: secret, alg: 'HS256', header: { typ: 'dpop+jwt', jwk: { kty: 'oct', k: Buffer.from(secret).toString('base64url') } } });
    assert.equal((await fapi.userinfo(got.access_token, { proof: symmetric })).status, 401);
    assert.equal((await ok()).status, 200, 'none of it harmed the token');
    // The token end-point looks as closely.
    for (const [what, proof] of Object.entries({ ...changes, 'no proof': false })) {
      if (/ath|access token|by another key/.test(what)) continue;
      const answered = await machine.call(bed.metadata.token_endpoint, { grant_type: 'client_credentials', resource: API }, { proof: proof?.header?.jwk?.d ? { header: { jwk: machine.proofKey } } : proof });
      refused(answered, ['invalid_dpop_proof', 'invalid_request']);
    }
  });

  fapi2('refresh-token', async () => {
    const got = await flow({ scope: 'openid offline_access', prompt: 'consent' });
    assert.ok(got.refresh_token);
    refused(await other.refresh(got.refresh_token), ['invalid_grant', 'invalid_client']);
    refused(await fapi.refresh(got.refresh_token, { assertion: false }), CLIENT);
    refused(await fapi.refresh(got.refresh_token, { proof: false }), ['invalid_request', 'invalid_dpop_proof', 'invalid_grant']);
    const again = await fapi.refresh(got.refresh_token);
    assert.equal(again.status, 200, again.text);
    assert.equal((await fapi.userinfo(again.body.access_token)).status, 200);
    // FAPI 2.0, 5.3.2.1-9: not rotated, so the same one works again.
    const third = await fapi.refresh(again.body.refresh_token ?? got.refresh_token);
    assert.equal(third.status, 200, third.text);
  });

  fapi2('par-ensure-reused-request-uri-prior-to-auth-completion-succeeds', async () => {
    // The module recommends and does not demand. We use a request up at its first visit; the page that this visit shows
    // can be gone on from, in the browser that made it.
    const begun = await fapi.begin();
    const browser = await mother();
    const page = await browser.go(begun.url);
    if (!page.away) assert.equal(page.status, 200);
    await turnedDown(fapi, begun, new Browser(bed.url), ['invalid_request_uri', 'invalid_request']);
    const again = page.away ? page : await browser.go(page.url);
    const away = again.away ? again : await fill(browser, again, { who });
    const arrived = { ...begun, code: new URLSearchParams(decodedAnswer(away)).get('code') };
    assert.equal((await fapi.exchange(arrived)).status, 200);
  });

  fapi2('par-attempt-reuse-request_uri', async () => {
    const begun = await fapi.begin();
    await fapi.arrive(begun, await mother(), { who });
    await turnedDown(fapi, begun, await mother(), ['invalid_request_uri', 'invalid_request']);
  });

  fapi2('par-attempt-to-use-request_uri-for-different-client', async () => {
    const begun = await fapi.begin();
    begun.url.searchParams.set('client_id', other.client.client_id);
    await turnedDown(other, begun, await mother(), ['invalid_request_uri', 'invalid_request']);
  });

  fapi2('par-authorization-request-containing-request_uri-form-param', async () => {
    const { params } = await fapi.ask({ request_uri: `urn:ietf:params:oauth:request_uri:${random()}` });
    refused(await fapi.push(params), ['invalid_request', 'request_uri_not_supported', 'invalid_request_object']);
  });

  fapi2('par-attempt-invalid-http-method', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answered = await fetch(bed.metadata.pushed_authorization_request_endpoint, { method });
      assert.ok([400, 404, 405].includes(answered.status), `${method}: ${answered.status}`);
    }
  });

  fapi2('par-ensure-pkce-required', async () => {
    const { params } = await fapi.ask({ code_challenge: undefined, code_challenge_method: undefined });
    refused(await push(params), ['invalid_request', 'invalid_request_object']);
  });

  fapi2('ensure-pkce-code-verifier-required', async () => {
    const arrived = await fapi.code(await mother(), { who });
    refused(await fapi.exchange(arrived, { form: { code_verifier: undefined } }), ['invalid_grant', 'invalid_request']);
  });

  fapi2('incorrect-pkce-code-verifier-rejected', async () => {
    const arrived = await fapi.code(await mother(), { who });
    refused(await fapi.exchange(arrived, { form: { code_verifier: random() } }), 'invalid_grant');
  });

  fapi2('par-plain-pkce-rejected', async () => {
    const { params, verifier } = await fapi.ask({ code_challenge_method: 'plain' });
    refused(await push({ ...params, code_challenge: verifier }), ['invalid_request', 'invalid_request_object']);
    refused(await push({ ...params, code_challenge: verifier, code_challenge_method: undefined }), ['invalid_request', 'invalid_request_object']);
  });

  fapi2('par-without-duplicate-parameters', async () => {
    const begun = await fapi.begin();
    assert.deepEqual([...begun.url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    await fapi.arrive(begun, await mother(), { who });
  });

  const asserted = async (claims) => push((await fapi.ask()).params, { assertion: { claims } });
  fapi2('par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted', async () => {
    const answered = await asserted({ nbf: now() + 8 });
    assert.equal(answered.status, 201, answered.text);
  });
  for (const [name, claims] of [
    ['par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails', () => ({ iat: now() + 75, nbf: now() + 75, exp: now() + 135 })],
    ['par-test-array-as-audience-fails', () => ({ aud: [bed.metadata.issuer, 'https://other.example'] })],
    ['par-test-par-endpoint-url-as-audience-fails', () => ({ aud: bed.metadata.pushed_authorization_request_endpoint })],
    ['par-test-token-endpoint-url-as-audience-fails', () => ({ aud: bed.metadata.token_endpoint })],
  ]) fapi2(name, async () => refused(await asserted(claims()), CLIENT));
});

describe('fapi2-message-signing-final-test-plan: request objects', () => {
  const fapi2 = (name, body) => module(`fapi2-security-profile-final-${name}`, body);
  /** Pushes an object with these claims. */
  const pushObject = async (object = {}, changes = {}, party = signing) => {
    const { params } = await party.ask(changes);
    return party.push({ client_id: party.client.client_id, request: await party.requestObject(params, object) });
  };
  const taken = async (object) => { const answered = await pushObject(object); assert.equal(answered.status, 201, answered.text); };
  const turned = async (object, party) => refused(await pushObject(object, {}, party), REQUEST);

  fapi2('ensure-request-object-with-multiple-aud-succeeds', () => taken({ claims: { aud: ['https://other.example', bed.metadata.issuer] } }));
  fapi2('ensure-request-object-without-exp-fails', () => turned({ claims: { exp: undefined } }));
  fapi2('ensure-request-object-without-nbf-fails', () => turned({ claims: { nbf: undefined } }));
  fapi2('ensure-expired-request-object-fails', () => turned({ claims: { exp: now() - 300, nbf: now() - 400, iat: now() - 400 } }));
  fapi2('ensure-request-object-with-bad-aud-fails', () => turned({ claims: { aud: 'https://other.example' } }));
  fapi2('ensure-request-object-with-exp-over-60-fails', () => turned({ claims: { exp: now() + 70 * 60, nbf: now() } }));
  fapi2('ensure-request-object-with-nbf-over-60-fails', () => turned({ claims: { nbf: now() - 70 * 60, iat: now() - 70 * 60 } }));
  fapi2('ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted', () => taken({ claims: { nbf: now() + 8 } }));
  fapi2('ensure-signed-request-object-with-RS256-fails', async () => turned({ alg: 'RS256', key: (await newKey('RS256')).private }));
  fapi2('ensure-request-object-signature-algorithm-is-not-none', () => turned({ alg: 'none' }));
  fapi2('ensure-request-object-with-invalid-signature-fails', async () => {
    const { params } = await signing.ask();
    const [head, body, signature] = (await signing.requestObject(params)).split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes[7] ^= 0x5a;
    refused(await signing.push({ client_id: params.client_id, request: `${head}.${body}.${bytes.toString('base64url')}` }), REQUEST);
  });
  fapi2('ensure-matching-key-in-authorization-request', () => turned({ key: { ...signingOther.client.key, kid: signing.client.key.kid } }));
  fapi2('ensure-unsigned-request-at-par-endpoint-fails', async () => {
    const { params } = await signing.ask();
    refused(await signing.push(params), REQUEST);
  });

  fapi2('par-authorization-request-containing-request_uri', async () => {
    const { params } = await signing.ask({ request_uri: `urn:ietf:params:oauth:request_uri:${random()}` });
    refused(await signing.push({ client_id: params.client_id, request: await signing.requestObject(params) }), ['invalid_request', 'invalid_request_object']);
  });

  test('fapi_response_mode=jarm', { timeout: 60_000 }, async () => {
    // The plan's variant fapi_response_mode=jarm: the answer is a signed JWT, and only that.
    for (const response_mode of ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt']) {
      const got = await signing.tokens(await mother(), { who, changes: { response_mode } });
      const params = got.page.fields ?? (got.page.away.hash.length > 1 ? new URLSearchParams(got.page.away.hash.slice(1)) : got.page.away.searchParams);
      assert.deepEqual([...params.keys()], ['response'], response_mode);
      const claims = decodeJwt(params.get('response'));
      assert.ok(claims.exp - now() <= 600);
    }
  });
});

describe('what needs time', () => {
  module('fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code', async () => {
    const { arrived, due } = await expiring;
    await sleep(due - Date.now());
    refused(await plainFapi.exchange(arrived), 'invalid_grant');
  });

  module('fapi2-security-profile-final-par-attempt-to-use-expired-request_uri', async () => {
    const { url, dead, pushed } = await expiring;
    assert.ok(pushed.expires_in <= 90, `a pushed request lives ${pushed.expires_in} s`);
    await sleep(dead - Date.now());
    await turnedDown(plainFapi, { url }, await mother(), ['invalid_request_uri', 'invalid_request']);
  });
});
