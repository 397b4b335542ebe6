// The relying parties of these tests, as RFC 7591 metadata, with keys of this run.
import { createServer } from 'node:net';
import { newKey, random } from './relying.mjs';

/** A port that is free now. */
export const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)); });
});

const SCOPES = 'openid profile email phone address offline_access';
const CODE = ['authorization_code', 'refresh_token'];
export const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
export const CIBA = 'urn:openid:params:grant-type:ciba';
/** The one API that access tokens are asked for besides userinfo. */
export const API = 'https://api.example/v1';

/** Every client by name. `hear` gives where a client hears back-channel logouts, `apache` is Apache's port. */
export async function makeClients({ hear, apache }) {
  const secret = () => random(32);
  const made = {};
  const add = async (name, profile, method, metadata) => {
    const key = method === 'private_key_jwt' ? await newKey() : undefined;
    made[name] = {
      client_id: `test-${name}`,
      ...(method.startsWith('client_secret') && { client_secret: secret() }),
      ...(key && { key: key.private }),
      profile,
      metadata: {
        client_name: `Test ${name}`, 'client_name#vi': `Thử ${name}`, token_endpoint_auth_method: method,
        ...(key && { jwks: { keys: [key.public] } }),
        ...(metadata.grant_types?.includes('authorization_code') && {
          redirect_uris: [`https://${name}.example/cb`, `https://${name}.example/cb?dummy1=lorem&dummy2=ipsum`], response_types: ['code'],
          post_logout_redirect_uris: [`https://${name}.example/out`], backchannel_logout_uri: hear?.(name), backchannel_logout_session_required: hear && true,
        }),
        ...metadata,
      },
    };
  };
  await add('basic', 'openid', 'client_secret_basic', { grant_types: CODE, scope: SCOPES, resource_indicators: [API] });
  await add('post', 'openid', 'client_secret_post', { grant_types: CODE, scope: SCOPES });
  await add('public', 'openid', 'none', { grant_types: CODE, scope: SCOPES, dpop_bound_access_tokens: true });
  await add('edwards', 'openid', 'client_secret_basic', { grant_types: CODE, scope: SCOPES, id_token_signed_response_alg: 'EdDSA', subject_type: 'pairwise' });
  await add('jwt', 'openid', 'private_key_jwt', { grant_types: CODE, scope: SCOPES });
  const strict = { grant_types: [...CODE, 'client_credentials'], scope: SCOPES, dpop_bound_access_tokens: true, require_pushed_authorization_requests: true, resource_indicators: [API] };
  await add('fapi', 'fapi-2', 'private_key_jwt', strict);
  await add('fapi-other', 'fapi-2', 'private_key_jwt', strict);
  const signing = { ...strict, require_signed_request_object: true };
  await add('signing', 'fapi-2-message-signing', 'private_key_jwt', signing);
  await add('signing-other', 'fapi-2-message-signing', 'private_key_jwt', signing);
  await add('machine', 'fapi-2', 'private_key_jwt', { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'openid', dpop_bound_access_tokens: true, resource_indicators: [API] });
  await add('machine-secret', 'openid', 'client_secret_basic', { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'openid', resource_indicators: [API] });
  await add('kiosk', 'openid', 'client_secret_basic', { grant_types: [DEVICE, 'refresh_token'], response_types: [], redirect_uris: [], scope: SCOPES });
  await add('counter', 'openid', 'private_key_jwt', { grant_types: [CIBA], response_types: [], redirect_uris: [], scope: SCOPES, backchannel_token_delivery_mode: 'poll' });
  await add('doomed', 'openid', 'client_secret_basic', { grant_types: [...CODE, 'client_credentials'], scope: SCOPES });
  await add('apache', 'openid', 'client_secret_basic', {
    grant_types: CODE, scope: SCOPES, redirect_uris: [`http://127.0.0.1:${apache}/inside/callback`], post_logout_redirect_uris: [`http://127.0.0.1:${apache}/`], backchannel_logout_uri: undefined, backchannel_logout_session_required: undefined,
  });
  await add('authlib', 'openid', 'private_key_jwt', { grant_types: CODE, scope: SCOPES });
  return made;
}

/** What the provider is told: no private part. */
export const registrations = (clients) => Object.values(clients).map(({ client_id, client_secret, profile, metadata }) => ({ client_id, client_secret, profile, metadata }));
