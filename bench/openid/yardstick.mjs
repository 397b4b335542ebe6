// npm oidc-provider as a provider with the same clients, keys and methods as ours: the yardstick of the benchmark, and
// what the client tests were proven against. Keeps everything in memory without bounds, so it pays for no database.
//
// node yardstick.mjs CONFIG.json   where CONFIG is { port, clients: [{ client_id, client_secret?, metadata }], jwks, people }
import { readFileSync } from 'node:fs';
import Provider, { errors } from 'oidc-provider';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const issuer = `http://127.0.0.1:${config.port}`;
const API = 'https://api.example/v1';

/** The least an adapter must do; rows die by their `exp` when they are read. */
class Memory {
  static rows = new Map();
  static grants = new Map();
  static uids = new Map();
  static userCodes = new Map();

  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }

  async upsert(id, payload, expiresIn) {
    const key = this.key(id);
    if (this.name === 'Session') Memory.uids.set(payload.uid, id);
    if (payload.userCode) Memory.userCodes.set(payload.userCode, id);
    if (payload.grantId && this.name !== 'Grant') {
      if (!Memory.grants.has(payload.grantId)) Memory.grants.set(payload.grantId, new Set());
      Memory.grants.get(payload.grantId).add(key);
    }
    Memory.rows.set(key, { payload, until: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
  }

  async find(id) {
    const row = Memory.rows.get(this.key(id));
    if (!row || row.until < Date.now()) return undefined;
    return row.payload;
  }

  async findByUid(uid) { return this.find(Memory.uids.get(uid)); }
  async findByUserCode(code) { return this.find(Memory.userCodes.get(code)); }
  async destroy(id) { Memory.rows.delete(this.key(id)); }
  async consume(id) { const row = Memory.rows.get(this.key(id)); if (row) row.payload.consumed = Math.floor(Date.now() / 1000); }
  async revokeByGrantId(grantId) {
    for (const key of Memory.grants.get(grantId) ?? []) Memory.rows.delete(key);
    Memory.grants.delete(grantId);
  }
}

const known = ({ client_id, client_secret, metadata }) => {
  const { 'client_name#vi': _, resource_indicators, scope, ...rest } = metadata;
  // The API's scope is named by nobody: tokens for it carry none, as ours.
  return { client_id, client_secret, scope, id_token_signed_response_alg: 'ES256', authorization_signed_response_alg: 'ES256', ...(metadata.redirect_uris?.some((uri) => uri.startsWith('http://127')) && { application_type: 'native' }), ...rest,
    ...(metadata.token_endpoint_auth_method === 'private_key_jwt' && { token_endpoint_auth_signing_alg: 'ES256' }),
    ...(metadata.require_signed_request_object && { request_object_signing_alg: 'ES256' }),
    ...(metadata.grant_types?.includes('urn:openid:params:grant-type:ciba') && { backchannel_token_delivery_mode: 'poll' }) };
};

/** Who signs in: anybody; the name is the subject. */
const account = (sub) => ({
  accountId: sub,
  claims: async () => ({ sub, name: 'Nguyễn Thị Lan', birthdate: '1996-02-03', gender: 'female', email: 'lan@example.vn', email_verified: true, phone_number: '+84900000001', address: { formatted: 'Ba Đình, Hà Nội' } }),
});

const provider = new Provider(issuer, {
  adapter: Memory,
  clients: config.clients.map(known),
  jwks: config.jwks,
  cookies: { keys: ['not-a-secret-of-anything'] },
  subjectTypes: ['pairwise', 'public'],
  pairwiseIdentifier: (ctx, accountId, client) => `${client.clientId}|${accountId}`,
  clientDefaults: { subject_type: 'public' },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'phone', 'address'],
  claims: { openid: ['sub', 'sid'], profile: ['name', 'birthdate', 'gender'], email: ['email', 'email_verified'], phone: ['phone_number'], address: ['address'] },
  acrValues: ['urn:sen:assurance:1', 'urn:sen:assurance:2'],
  pkce: { required: () => true },
  clockTolerance: 10,
  enabledJWA: {
    requestObjectSigningAlgValues: ['ES256', 'EdDSA', 'PS256'], clientAuthSigningAlgValues: ['ES256', 'EdDSA', 'PS256'],
    idTokenSigningAlgValues: ['ES256', 'EdDSA'], authorizationSigningAlgValues: ['ES256', 'EdDSA'], userinfoSigningAlgValues: ['ES256', 'EdDSA'], introspectionSigningAlgValues: ['ES256', 'EdDSA'], dPoPSigningAlgValues: ['ES256', 'EdDSA', 'Ed25519'],
  },
  findAccount: (ctx, sub) => account(sub),
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: (ctx) => ctx.oidc.client.clientAuthMethod !== 'private_key_jwt',
  conformIdTokenClaims: true,
  ttl: { AccessToken: 300, ClientCredentials: 600, AuthorizationCode: 60, IdToken: 300, RefreshToken: 86400, Session: 86400, Interaction: 600, Grant: 86400, DeviceCode: 600, BackchannelAuthenticationRequest: 600 },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    deviceFlow: { enabled: true },
    jwtResponseModes: { enabled: true },
    registration: { enabled: true },
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: true },
    ciba: {
      enabled: true,
      validateBindingMessage: () => {}, validateRequestContext: () => {}, verifyUserCode: () => {},
      processLoginHint: (ctx, hint) => hint,
      processLoginHintToken: () => { throw new errors.InvalidRequest('none'); },
      triggerAuthenticationDevice: async (ctx, request, found, client) => {
        const grant = new ctx.oidc.provider.Grant({ accountId: found.accountId, clientId: client.clientId });
        grant.addOIDCScope([...request.requestParamScopes ?? ['openid']].join(' '));
        await grant.save();
        await provider.backchannelResult(request, grant, { acr: 'urn:sen:assurance:2', amr: ['pwd'] });
      },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client, oneOf) => oneOf,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => {
        if (resource !== API) throw new errors.InvalidTarget();
        return { scope: 'openid', audience: API, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' } } };
      },
    },
  },
});
provider.on('server_error', (ctx, error) => console.error(error));
if (process.env.SEN_YARDSTICK_LOG) for (const event of ['grant.error', 'authorization.error', 'backchannel.error', 'introspection.error', 'pushed_authorization_request.error']) provider.on(event, (ctx, error) => console.error(event, error.error_description ?? error.message, error.error_detail ?? ''));
const server = provider.listen(config.port, '127.0.0.1', () => console.log(JSON.stringify({ url: issuer })));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { server.close(); process.exit(0); });
