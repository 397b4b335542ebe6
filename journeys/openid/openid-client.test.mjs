// npm openid-client, unchanged: everything a relying party does with it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { decodeJwt, importJWK } from 'jose';
import * as oidc from 'openid-client';
import { openBed } from './bed.mjs';
import { API } from './clients.mjs';
import { checkLogoutToken, hear } from './hear.mjs';
import { answer, answerAsked, decide, enterUserCode, logOut, signedIn } from './person.mjs';

const bed = await openBed();
after(() => bed.close());
const who = bed.person('unmarried-mother');
const insecure = { execute: [oidc.allowInsecureRequests] };
const fast = { timeout: 60_000 };

/** The configuration of one of our clients, as its operator would write it. */
async function configured(name, extra = {}) {
  const { client_id, client_secret, key, metadata } = bed.clients[name];
  const auth = {
    client_secret_basic: () => oidc.ClientSecretBasic(client_secret),
    client_secret_post: () => oidc.ClientSecretPost(client_secret),
    private_key_jwt: async () => oidc.PrivateKeyJwt({ key: await importJWK(key, 'ES256'), kid: key.kid }),
    none: () => oidc.None(),
  }[metadata.token_endpoint_auth_method];
  const options = { ...insecure, ...extra, execute: [...insecure.execute, ...(extra.execute ?? [])] };
  return oidc.discovery(new URL(bed.url), client_id, undefined, await auth(), options);
}

async function request(name, more = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const expected = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
  const parameters = {
    redirect_uri: bed.clients[name].metadata.redirect_uris[0], scope: 'openid profile', code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256', state: expected.expectedState, nonce: expected.expectedNonce, ...more,
  };
  return { expected, parameters };
}

const through = async (url, options = {}) => (await answer(options.browser ?? await bed.signedIn('unmarried-mother'), url, { who, ...options })).page.away;

test('authorization code with PKCE, userinfo, refresh, introspection, revocation', fast, async () => {
  for (const name of ['basic', 'post', 'edwards']) {
    const config = await configured(name, { execute: [oidc.enableNonRepudiationChecks] });
    const { parameters, expected } = await request(name, { scope: 'openid profile offline_access', prompt: 'consent' });
    const back = await through(oidc.buildAuthorizationUrl(config, parameters));
    const tokens = await oidc.authorizationCodeGrant(config, back, expected);
    const { sub } = tokens.claims();
    assert.ok((await oidc.fetchUserInfo(config, tokens.access_token, sub)).name);
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.ok(refreshed.access_token && refreshed.access_token !== tokens.access_token);
    const seen = await oidc.tokenIntrospection(config, refreshed.access_token);
    assert.equal(seen.active, true);
    assert.equal(seen.client_id, bed.clients[name].client_id);
    await oidc.tokenRevocation(config, refreshed.refresh_token ?? tokens.refresh_token);
    assert.equal((await oidc.tokenIntrospection(config, refreshed.access_token)).active, false);
    await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token ?? tokens.refresh_token), { error: 'invalid_grant' });
  }
});

test('a public client with DPoP: the rotated refresh token is bound to its key', fast, async () => {
  const config = await configured('public');
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
  const { parameters, expected } = await request('public', { scope: 'openid offline_access', prompt: 'consent' });
  const back = await through(oidc.buildAuthorizationUrl(config, parameters));
  const tokens = await oidc.authorizationCodeGrant(config, back, expected, undefined, { DPoP });
  assert.equal(tokens.token_type, 'dpop');
  const again = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  assert.ok(again.refresh_token && again.refresh_token !== tokens.refresh_token);
  const thief = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
  await assert.rejects(oidc.refreshTokenGrant(config, again.refresh_token, undefined, { DPoP: thief }));
});

for (const alg of ['ES256', 'Ed25519']) {
  test(`FAPI 2.0: PAR, private_key_jwt, DPoP with ${alg}`, fast, async () => {
    const config = await configured('fapi', { execute: [oidc.enableNonRepudiationChecks] });
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair(alg));
    const { parameters, expected } = await request('fapi', { scope: 'openid profile offline_access', prompt: 'consent' });
    const url = await oidc.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const tokens = await oidc.authorizationCodeGrant(config, await through(url), expected, undefined, { DPoP });
    const { sub, acr } = tokens.claims();
    assert.match(acr, /^urn:sen:assurance:[1-4]$/);
    const info = await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
    assert.equal(info.sub, sub);
    const again = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
    await oidc.fetchUserInfo(config, again.access_token, sub, { DPoP });
  });
}

test('FAPI 2.0 Message Signing: a signed request object, pushed, and a signed answer', fast, async () => {
  const config = await configured('signing', { execute: [oidc.enableNonRepudiationChecks, oidc.useJwtResponseMode] });
  const key = await importJWK(bed.clients.signing.key, 'ES256');
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
  const { parameters, expected } = await request('signing');
  const byValue = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key, kid: bed.clients.signing.key.kid });
  const url = await oidc.buildAuthorizationUrlWithPAR(config, byValue.searchParams, { DPoP });
  const back = await through(url);
  assert.deepEqual([...back.searchParams.keys()], ['response']);
  const tokens = await oidc.authorizationCodeGrant(config, back, expected, undefined, { DPoP });
  assert.ok(tokens.claims().sub);
});

test('a signed request object by value', fast, async () => {
  const config = await configured('jwt');
  const { parameters, expected } = await request('jwt');
  const key = await importJWK(bed.clients.jwt.key, 'ES256');
  const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key, kid: bed.clients.jwt.key.kid });
  assert.ok((await oidc.authorizationCodeGrant(config, await through(url), expected)).access_token);
});

test('the claims parameter asks with a purpose, for verified claims too', fast, async () => {
  const config = await configured('basic');
  const claims = JSON.stringify({
    userinfo: {
      name: { essential: true, purpose: 'To open your account' },
      verified_claims: { verification: { trust_framework: { value: 'vn_nd69_2024' } }, claims: { birthdate: { purpose: 'To check your age' } } },
    },
  });
  const { parameters, expected } = await request('basic', { scope: 'openid', claims, prompt: 'consent' });
  const tokens = await oidc.authorizationCodeGrant(config, await through(oidc.buildAuthorizationUrl(config, parameters)), expected);
  const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.ok(info.name);
  assert.equal(info.verified_claims.verification.trust_framework, 'vn_nd69_2024');
  assert.match(info.verified_claims.claims.birthdate, /^\d{4}(-\d\d-\d\d)?$/);
});

test('two relying parties cannot join their users', fast, async () => {
  const subjects = [];
  for (const name of ['basic', 'post']) {
    const config = await configured(name);
    const { parameters, expected } = await request(name);
    const tokens = await oidc.authorizationCodeGrant(config, await through(oidc.buildAuthorizationUrl(config, parameters)), expected);
    subjects.push(tokens.claims().sub);
  }
  assert.notEqual(subjects[0], subjects[1]);
});

test('client credentials with private_key_jwt and DPoP, and with a secret', fast, async () => {
  const machine = await configured('machine');
  const DPoP = oidc.getDPoPHandle(machine, await oidc.randomDPoPKeyPair());
  const bound = await oidc.clientCredentialsGrant(machine, { resource: API }, { DPoP });
  const claims = decodeJwt(bound.access_token);
  assert.deepEqual([claims.aud].flat(), [API]);
  assert.equal(claims.sub, 'test-machine');
  assert.ok(claims.cnf.jkt);
  const secret = await configured('machine-secret');
  const plain = await oidc.clientCredentialsGrant(secret, { resource: API });
  assert.equal(plain.token_type, 'bearer');
  await assert.rejects(oidc.clientCredentialsGrant(secret, { resource: 'https://other.example' }), { error: 'invalid_target' });
});

test('logout that the relying party begins, heard by it through the back channel', fast, async () => {
  const ear = await hear(bed.hearPortToo);
  try {
    const config = await configured('edwards');
    const person = bed.anybody();
    const browser = await signedIn(bed.url, person);
    const { parameters, expected } = await request('edwards', { scope: 'openid offline_access', prompt: 'consent' });
    const back = await through(oidc.buildAuthorizationUrl(config, parameters), { browser, who: person });
    const tokens = await oidc.authorizationCodeGrant(config, back, expected);
    const out = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://edwards.example/out', state: 'bye' });
    const page = await logOut(browser, out);
    assert.equal(`${page.away}`, 'https://edwards.example/out?state=bye');
    await checkLogoutToken(await bed.party('edwards'), await ear.next('edwards', tokens.claims().sid), tokens.claims());
    // What was given for use without the person goes on; what was given for the session does not.
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, true);
  } finally {
    await ear.close();
  }
});

test('the device grant, from a kiosk', fast, async () => {
  const config = await configured('kiosk');
  const begun = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile' });
  assert.ok(begun.user_code && begun.verification_uri_complete);
  const waiting = oidc.pollDeviceAuthorizationGrant(config, begun);
  await enterUserCode(await bed.signedIn('unmarried-mother'), begun.verification_uri, begun.user_code, { who });
  const tokens = await waiting;
  assert.ok(tokens.claims().sub);
  const refusedOne = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
  await enterUserCode(await bed.signedIn('unmarried-mother'), refusedOne.verification_uri_complete, refusedOne.user_code, { who, allow: false });
  await assert.rejects(oidc.pollDeviceAuthorizationGrant(config, refusedOne), { error: 'access_denied' });
});

test('CIBA with poll, from a counter', fast, async () => {
  const config = await configured('counter');
  const begun = await oidc.initiateBackchannelAuthentication(config, { scope: 'openid profile', login_hint: who.login, binding_message: 'W4SC' });
  const waiting = oidc.pollBackchannelAuthenticationGrant(config, begun);
  await answerAsked(await bed.signedIn('unmarried-mother'), { message: 'W4SC' });
  const tokens = await waiting;
  assert.ok(tokens.claims().sub);
});

test('dynamic registration is closed: it lands as pending, and works when an administrator has approved it', fast, async () => {
  const config = await oidc.dynamicClientRegistration(new URL(bed.url), {
    client_name: 'A bank', redirect_uris: ['https://bank.example/cb'], grant_types: ['authorization_code'], response_types: ['code'], token_endpoint_auth_method: 'client_secret_basic',
    contacts: ['it@bank.example'],
  }, undefined, insecure);
  const { client_id, client_secret } = config.clientMetadata();
  assert.ok(client_id);
  await assert.rejects(oidc.clientCredentialsGrant(config), (error) => error.status === 401 || ['invalid_client', 'unauthorized_client'].includes(error.error));
  const verifier = oidc.randomPKCECodeVerifier();
  const page = await (await bed.signedIn('unmarried-mother')).go(oidc.buildAuthorizationUrl(config, {
    redirect_uri: 'https://bank.example/cb', scope: 'openid', state: 'x', code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  }));
  assert.equal(page.away, undefined, 'nobody is sent to a client that no administrator has approved');
  assert.ok(page.status >= 400 && page.status < 500);
  assert.ok(client_secret.length >= 32);
  // An administrator has looked at it: now it works.
  await decide(await bed.signedIn('administrator'), client_id, 'approve');
  await new Promise((resolve) => setTimeout(resolve, 5200));
  const approved = await oidc.discovery(new URL(bed.url), client_id, undefined, oidc.ClientSecretBasic(client_secret), insecure);
  const { parameters, expected } = await request('basic', { redirect_uri: 'https://bank.example/cb', scope: 'openid' });
  assert.ok((await oidc.authorizationCodeGrant(approved, await through(oidc.buildAuthorizationUrl(approved, parameters)), expected)).claims().sub);
});
