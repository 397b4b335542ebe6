// npm oauth4webapi, unchanged: the strictest of the clients, on the strictest profile, and as a resource server.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { importJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { openBed } from './bed.mjs';
import { API } from './clients.mjs';
import { answer, answerAsked, enterUserCode } from './person.mjs';

const bed = await openBed();
after(() => bed.close());
const who = bed.person('mother-of-twins');
const http = { [oauth.allowInsecureRequests]: true };
const fast = { timeout: 60_000 };
const issuer = new URL(bed.url);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
assert.equal(as.issuer, bed.url);

async function of(name) {
  const { client_id, client_secret, key } = bed.clients[name];
  const auth = key ? oauth.PrivateKeyJwt({ key: await importJWK(key, 'ES256'), kid: key.kid }) : oauth.ClientSecretBasic(client_secret);
  return { client: { client_id }, auth, metadata: bed.clients[name].metadata };
}

test('the metadata of RFC 8414 are those of OpenID Connect Discovery', fast, async () => {
  const plain = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' }));
  assert.equal(plain.token_endpoint, as.token_endpoint);
});

test('FAPI 2.0 with DPoP: pushed request, code, ID token signature, userinfo, refresh, introspection, revocation', fast, async () => {
  const { client, auth, metadata } = await of('fapi');
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: client.client_id, redirect_uri: metadata.redirect_uris[0], response_type: 'code', scope: 'openid offline_access', prompt: 'consent', state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const push = () => oauth.pushedAuthorizationRequest(as, client, auth, parameters, { DPoP, ...http });
  const pushed = await oauth.processPushedAuthorizationResponse(as, client, await push());
  const url = new URL(as.authorization_endpoint);
  url.searchParams.set('client_id', client.client_id);
  url.searchParams.set('request_uri', pushed.request_uri);
  const { page } = await answer(await bed.signedIn('mother-of-twins'), url, { who });
  const back = oauth.validateAuthResponse(as, client, page.away, state);
  const exchange = await oauth.authorizationCodeGrantRequest(as, client, auth, back, metadata.redirect_uris[0], verifier, { DPoP, ...http });
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, exchange, { expectedNonce: nonce, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(as, exchange, http);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const asked = await oauth.userInfoRequest(as, client, tokens.access_token, { DPoP, ...http });
  assert.equal((await oauth.processUserInfoResponse(as, client, sub, asked)).sub, sub);
  const renewed = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, { DPoP, ...http }));
  const introspect = async (token) => oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, token, http));
  const seen = await introspect(renewed.access_token);
  assert.equal(seen.active, true);
  assert.ok(seen.cnf.jkt);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, tokens.refresh_token, http));
  assert.equal((await introspect(renewed.access_token)).active, false);
});

test('an access token is what a resource server of RFC 9068 and RFC 9449 accepts', fast, async () => {
  const { client, auth } = await of('machine');
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const response = await oauth.clientCredentialsGrantRequest(as, client, auth, { resource: API }, { DPoP, ...http });
  const { access_token } = await oauth.processClientCredentialsResponse(as, client, response);
  let seen;
  await oauth.protectedResourceRequest(access_token, 'GET', new URL(`${API}/things`), undefined, undefined, {
    DPoP,
    [oauth.customFetch]: async (url, options) => { seen = new Request(url, { method: options.method, headers: options.headers }); return new Response('{}'); },
  });
  const claims = await oauth.validateJwtAccessToken(as, seen, API, { requireDPoP: true, ...http });
  assert.equal(claims.client_id, client.client_id);
  const elsewhere = new Request(`${API}/other`, { headers: seen.headers });
  await assert.rejects(oauth.validateJwtAccessToken(as, elsewhere, API, http), 'the proof is of one address');
  await assert.rejects(oauth.validateJwtAccessToken(as, seen, 'https://other.example', http), 'the token is for one audience');
});

test('the device grant: pending, slow down, then tokens', fast, async () => {
  const { client, auth } = await of('kiosk');
  const begun = await oauth.processDeviceAuthorizationResponse(as, client, await oauth.deviceAuthorizationRequest(as, client, auth, { scope: 'openid' }, http));
  const poll = async () => oauth.processDeviceCodeResponse(as, client, await oauth.deviceCodeGrantRequest(as, client, auth, begun.device_code, http));
  await assert.rejects(poll(), { error: 'authorization_pending' });
  await assert.rejects(poll(), { error: 'slow_down' });
  await enterUserCode(await bed.signedIn('mother-of-twins'), begun.verification_uri, begun.user_code, { who });
  let tokens;
  for (let wait = (begun.interval ?? 5) + 5; !tokens; wait += 5) {
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    tokens = await poll().catch((error) => { if (error.error !== 'slow_down') throw error; });
  }
  assert.ok(oauth.getValidatedIdTokenClaims(tokens).sub);
  await assert.rejects(poll(), { error: 'invalid_grant' }, 'a device code works once');
});

test('CIBA: the person answers at the counter', fast, async () => {
  const { client, auth } = await of('counter');
  const asked = await oauth.backchannelAuthenticationRequest(as, client, auth, { scope: 'openid', login_hint: who.login, binding_message: 'K7' }, http);
  const begun = await oauth.processBackchannelAuthenticationResponse(as, client, asked);
  const poll = async () => oauth.processBackchannelAuthenticationGrantResponse(as, client, await oauth.backchannelAuthenticationGrantRequest(as, client, auth, begun.auth_req_id, http));
  await answerAsked(await bed.signedIn('mother-of-twins'), { message: 'K7', allow: false });
  await assert.rejects(poll(), { error: 'access_denied' });
});
