// A relying party's small server that hears back-channel logouts (OpenID Connect Back-Channel Logout 1.0).
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { decodeJwt, jwtVerify } from 'jose';

/** Listens on the port that the clients were registered with. */
export async function hear(port) {
  const heard = [];
  const waiting = new Set();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      const token = new URLSearchParams(body).get('logout_token');
      response.writeHead(request.method === 'POST' && token ? 200 : 400, { 'cache-control': 'no-store' }).end();
      heard.push({ to: request.url.slice(1), token, type: request.headers['content-type'] });
      for (const look of waiting) look();
    });
  });
  await new Promise((resolve, reject) => { server.once('error', reject); server.listen(port, '127.0.0.1', resolve); });
  return {
    heard,
    /** The logout token that this client is sent for this session, waited for. Others may come late: they are tried again. */
    async next(client, sid, patience_ms = 15_000) {
      const found = () => heard.find((one) => one.to === client && !one.taken && one.token && decodeJwt(one.token).sid === sid);
      if (!found()) {
        await new Promise((resolve, reject) => {
          const late = setTimeout(() => { waiting.delete(look); reject(new Error(`${client} heard of no logout of this session`)); }, patience_ms);
          const look = () => { if (found()) { clearTimeout(late); waiting.delete(look); resolve(); } };
          waiting.add(look);
        });
      }
      const one = found();
      one.taken = true;
      return one;
    },
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}

/** A logout token as section 2.6 wants it checked. */
export async function checkLogoutToken(party, { token, type }, { sid, sub }) {
  assert.match(type, /^application\/x-www-form-urlencoded/);
  const { payload, protectedHeader } = await jwtVerify(token, party.keys(), { issuer: party.metadata.issuer, audience: party.client.client_id, typ: 'logout+jwt' });
  assert.notEqual(protectedHeader.alg, 'none');
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.equal(payload.nonce, undefined);
  assert.ok(payload.jti && payload.iat);
  assert.equal(payload.sid, sid);
  if (payload.sub) assert.equal(payload.sub, sub);
  return payload;
}
