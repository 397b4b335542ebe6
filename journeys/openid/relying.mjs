// A relying party that can be made to do each thing wrongly: what the well-behaved clients hide. Every step takes what
// to change, so a test reads as the one thing it does otherwise.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { SignJWT, calculateJwkThumbprint, createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose';
import { answer } from './person.mjs';

export const now = () => Math.floor(Date.now() / 1000);
export const random = (bytes = 32) => randomBytes(bytes).toString('base64url');
export const sha256 = (text) => createHash('sha256').update(text).digest('base64url');

/** A new pair of keys, as JWKs. */
export async function newKey(alg = 'ES256', kid = random(6)) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, ...(alg === 'EdDSA' && { crv: 'Ed25519' }) });
  return { private: { ...await exportJWK(privateKey), kid, alg }, public: { ...await exportJWK(publicKey), kid, alg, use: 'sig' } };
}

/** A JWT of these claims. `alg: 'none'` gives an unsigned one; a string as key is an HMAC secret. */
export async function jwt(claims, { header = {}, key, alg = 'ES256' }) {
  const head = { alg, ...(key?.kid && { kid: key.kid }), ...header };
  for (const part of [claims, head]) for (const name of Object.keys(part)) if (part[name] === undefined) delete part[name];
  if (head.alg === 'none') {
    return `${[head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
  }
  const secret = key instanceof Uint8Array ? key : await importJWK(key, head.alg);
  return new SignJWT(claims).setProtectedHeader(head).sign(secret);
}

/** What came back from an end-point. */
async function read(response) {
  const text = await response.text();
  let body;
  try { body = JSON.parse(text); } catch { body = text; }
  return { status: response.status, headers: response.headers, body, text };
}

export async function discover(issuer) {
  const { status, body } = await read(await fetch(`${issuer}/.well-known/openid-configuration`));
  assert.equal(status, 200);
  return body;
}

export class Relying {
  /** @param client `{ client_id, client_secret?, key?, profile, metadata }` as in clients.mjs */
  constructor(provider, client, { proofKey } = {}) {
    Object.assign(this, { provider, metadata: provider.metadata, client, proofKey });
    this.redirect = client.metadata.redirect_uris?.[0];
    this.bound = Boolean(client.metadata.dpop_bound_access_tokens);
  }

  static async of(provider, name) {
    return new Relying(provider, provider.clients[name], { proofKey: (await newKey()).private });
  }

  /** A proof of possession (RFC 9449). */
  async proof(method, url, { token, nonce = this.nonce, claims = {}, header = {}, key = this.proofKey, alg = 'ES256' } = {}) {
    const { d, k, alg: _, kid, ...jwk } = key;
    return jwt(
      { jti: random(16), htm: method, htu: String(url).split(/[?#]/)[0], iat: now(), nonce, ...(token && { ath: sha256(token) }), ...claims },
      { header: { typ: 'dpop+jwt', jwk, kid: undefined, ...header }, key, alg });
  }

  thumbprint() {
    const { d, kid, alg, ...jwk } = this.proofKey;
    return calculateJwkThumbprint(jwk);
  }

  /** A client assertion (RFC 7523); the audience is the issuer, as FAPI 2.0 demands. */
  assertion({ claims = {}, header = {}, key = this.client.key, alg = 'ES256' } = {}) {
    return jwt(
      { iss: this.client.client_id, sub: this.client.client_id, aud: this.metadata.issuer, jti: random(16), iat: now(), nbf: now(), exp: now() + 60, ...claims },
      { header, key, alg });
  }

  /** A signed request object (RFC 9101). */
  requestObject(params, { claims = {}, header = {}, key = this.client.key, alg = 'ES256' } = {}) {
    return jwt(
      { iss: this.client.client_id, aud: this.metadata.issuer, iat: now(), nbf: now(), exp: now() + 60, jti: random(16), ...params, ...claims },
      { header: { typ: 'oauth-authz-req+jwt', ...header }, key, alg });
  }

  /** Posts a form to an end-point that authenticates clients. What to change: `assertion` and `proof` (false leaves
   * it out, a string is sent as it is, an object changes it), `secret`, `headers`. */
  async call(url, form, { assertion, proof, headers = {}, secret = this.client.client_secret, auth = this.client.metadata.token_endpoint_auth_method, retry = true } = {}) {
    const fields = new URLSearchParams();
    const send = { ...headers };
    const put = (name, value) => { for (const v of [value].flat()) if (v !== undefined) fields.append(name, typeof v === 'object' ? JSON.stringify(v) : v); };
    for (const [name, value] of Object.entries(form)) put(name, value);
    if (auth === 'client_secret_basic') {
      send.authorization ??= `Basic ${Buffer.from(`${encodeURIComponent(this.client.client_id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
    } else {
      if (!('client_id' in form)) fields.append('client_id', this.client.client_id);
      if (auth === 'client_secret_post') fields.append('client_secret', secret);
      if (auth === 'private_key_jwt' && assertion !== false) {
        fields.append('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
        fields.append('client_assertion', typeof assertion === 'string' ? assertion : await this.assertion(assertion));
      }
    }
    if (proof !== false && (this.bound || proof)) send.dpop = typeof proof === 'string' ? proof : await this.proof('POST', url, proof);
    const answer = await read(await fetch(url, { method: 'POST', headers: send, body: fields, redirect: 'manual' }));
    if (retry && answer.body?.error === 'use_dpop_nonce' && typeof proof !== 'string') {
      this.nonce = answer.headers.get('dpop-nonce');
      return this.call(url, form, { assertion, proof, headers, secret, auth, retry: false });
    }
    return answer;
  }

  /** A fresh authorization request: `{ params, verifier }`. A change of `undefined` leaves a parameter out. */
  async ask(changes = {}) {
    const verifier = random();
    const params = {
      client_id: this.client.client_id, response_type: 'code', redirect_uri: this.redirect, scope: this.client.metadata.scope?.includes('openid') ? 'openid' : undefined,
      state: random(12), nonce: random(12), code_challenge: sha256(verifier), code_challenge_method: 'S256', ...changes,
    };
    for (const name of Object.keys(params)) if (params[name] === undefined) delete params[name];
    return { params, verifier };
  }

  push(params, options = {}) {
    return this.call(this.metadata.pushed_authorization_request_endpoint, params, options);
  }

  /** The address that a browser is sent to: plain, signed (`object`), pushed (`par`), as the client's profile wants. */
  async begin(changes = {}, { par = this.client.profile !== 'openid' || this.client.metadata.require_pushed_authorization_requests, object = this.client.metadata.require_signed_request_object, outside = {}, push = {} } = {}) {
    const asked = await this.ask(changes);
    let send = asked.params;
    if (object) send = { client_id: send.client_id, request: typeof object === 'string' ? object : await this.requestObject({ ...send }, object === true ? {} : object) };
    if (par) {
      const pushed = await this.push(send, push);
      assert.equal(pushed.status, 201, `pushed request: ${pushed.text}`);
      asked.pushed = pushed.body;
      send = { client_id: this.client.client_id, request_uri: pushed.body.request_uri };
    }
    const url = new URL(this.metadata.authorization_endpoint);
    for (const [name, value] of Object.entries({ ...send, ...outside })) {
      for (const v of [value].flat()) url.searchParams.append(name, typeof v === 'object' ? JSON.stringify(v) : v);
    }
    return { ...asked, url };
  }

  /** Opens the request in a person's browser; gives the parameters of the answer, checked as a client must. */
  async arrive(begun, browser, options = {}) {
    const { page, seen, params } = await answer(browser, begun.url, options);
    let found = params;
    if (params.has('response')) {
      const { payload } = await jwtVerify(params.get('response'), this.keys(), { issuer: this.metadata.issuer, audience: this.client.client_id });
      found = new URLSearchParams(Object.entries(payload).map(([name, value]) => [name, String(value)]));
    }
    assert.equal(found.get('iss'), this.metadata.issuer, 'RFC 9207: the issuer is in every authorization response');
    if (begun.params.state) assert.equal(found.get('state'), begun.params.state);
    return { ...begun, page, seen, answer: found, code: found.get('code') };
  }

  /** Asks, lets the person answer, and gives the code. */
  async code(browser, { changes = {}, options = {}, who, allow, typed, how } = {}) {
    const begun = await this.begin(changes, options);
    const arrived = await this.arrive(begun, browser, { who, allow, typed, how });
    assert.ok(arrived.code, `no code: ${arrived.answer}`);
    return arrived;
  }

  /** Sends the code to the token end-point. */
  exchange(arrived, { form = {}, ...options } = {}) {
    return this.call(this.metadata.token_endpoint, {
      grant_type: 'authorization_code', code: arrived.code, redirect_uri: arrived.params.redirect_uri ?? this.redirect, code_verifier: arrived.verifier, ...form,
    }, options);
  }

  /** The whole way; the ID token is checked. */
  async tokens(browser, how = {}) {
    const arrived = await this.code(browser, how);
    const answered = await this.exchange(arrived, how.exchange);
    assert.equal(answered.status, 200, `token: ${answered.text}`);
    const { body } = answered;
    assert.equal(answered.headers.get('cache-control'), 'no-store');
    assert.equal(body.token_type.toLowerCase(), this.bound || how.exchange?.proof ? 'dpop' : 'bearer');
    const claims = body.id_token && await this.idToken(body.id_token, arrived.params.nonce);
    return { ...arrived, ...body, claims };
  }

  keys() {
    return this.provider.keys ??= createRemoteJWKSet(new URL(this.metadata.jwks_uri), { cooldownDuration: 0 });
  }

  async idToken(token, nonce) {
    const { payload, protectedHeader } = await jwtVerify(token, this.keys(), { issuer: this.metadata.issuer, audience: this.client.client_id });
    assert.ok(['ES256', 'EdDSA', 'PS256', 'RS256'].includes(protectedHeader.alg), protectedHeader.alg);
    assert.equal(payload.nonce, nonce);
    for (const name of ['sub', 'iat', 'exp']) assert.ok(payload[name], `the ID token has ${name}`);
    return payload;
  }

  refresh(token, { form = {}, ...options } = {}) {
    return this.call(this.metadata.token_endpoint, { grant_type: 'refresh_token', refresh_token: token, ...form }, options);
  }

  revoke(token, options) {
    return this.call(this.metadata.revocation_endpoint, { token }, { proof: false, ...options });
  }

  introspect(token, options) {
    return this.call(this.metadata.introspection_endpoint, { token }, { proof: false, ...options });
  }

  /** Asks the userinfo end-point as a resource server would be asked. */
  async userinfo(token, { method = 'GET', scheme = this.bound ? 'DPoP' : 'Bearer', proof, headers = {}, where = 'header', retry = true } = {}) {
    const url = new URL(this.metadata.userinfo_endpoint);
    const send = { ...headers };
    let body;
    if (where === 'header') send.authorization = `${scheme} ${token}`;
    if (where === 'body') body = new URLSearchParams({ access_token: token });
    if (where === 'url') url.searchParams.set('access_token', token);
    if (proof !== false && (this.bound || proof)) send.dpop = typeof proof === 'string' ? proof : await this.proof(method, this.metadata.userinfo_endpoint, { token, ...proof });
    const answer = await read(await fetch(url, { method, headers: send, body, redirect: 'manual' }));
    if (retry && answer.headers.get('dpop-nonce') && answer.status === 401 && /use_dpop_nonce/.test(answer.headers.get('www-authenticate') ?? '')) {
      this.nonce = answer.headers.get('dpop-nonce');
      return this.userinfo(token, { method, scheme, proof, headers, where, retry: false });
    }
    return answer;
  }
}

/** The error of a refusal. */
export function refused(answered, errors, statuses = [400, 401, 403]) {
  const wanted = [errors].flat();
  assert.ok(statuses.includes(answered.status), `refused with ${statuses}, not ${answered.status}: ${answered.text}`);
  assert.ok(wanted.includes(answered.body?.error), `${wanted.join(' or ')}, not ${answered.text}`);
  assert.equal(answered.body.access_token, undefined);
}

export { decodeJwt, randomUUID };
