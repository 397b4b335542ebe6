// Tokens a CPU second of the server process, ours beside npm oidc-provider: the same clients, keys, algorithms and
// methods, in one run. Proofs and assertions are made beforehand; what is counted is the server's processor time, so the
// load generator on the same machine does not enter.
//
// node bench.mjs --sen PROGRAM --data FOLDER --out FOLDER [--runs 3] [--only refresh,userinfo] [--scale 1] [--accounts 1000000] [--theirs-only]
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bedOf, startProvider } from '../../journeys/openid/bed.mjs';
import { API, freePort, makeClients, registrations } from '../../journeys/openid/clients.mjs';
import { newKey, now, random, sha256 } from '../../journeys/openid/relying.mjs';
import { createPrivateKey, sign } from 'node:crypto';
import { cpu, cpuBelow, median, resident } from './cost.mjs';
import { fillAccounts, sql } from './accounts.mjs';
import { on, request, sendAll } from './wire.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: args } = parseArgs({ options: {
  sen: { type: 'string' }, data: { type: 'string' }, out: { type: 'string' }, runs: { type: 'string', default: '3' }, only: { type: 'string' }, scale: { type: 'string', default: '1' },
  accounts: { type: 'string', default: '1000000' }, connections: { type: 'string', default: '16' }, 'theirs-only': { type: 'boolean', default: false },
} });
const RUNS = Number(args.runs);
const CONNECTIONS = Number(args.connections);
const times = (n) => Math.max(CONNECTIONS, Math.round(n * Number(args.scale)));

/** A JWT signed with ES256, quickly. */
const keyOf = new Map();
function es256(header, claims, jwk) {
  if (!keyOf.has(jwk)) keyOf.set(jwk, createPrivateKey({ key: jwk, format: 'jwk' }));
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), { key: keyOf.get(jwk), dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const form = (fields) => `${new URLSearchParams(fields)}`;
const basicAuth = ({ client_id, client_secret }) => ({ authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` });
const assertion = (bed, { client_id, key }) => ({
  client_id, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: es256({ alg: 'ES256', kid: key.kid }, { iss: client_id, sub: client_id, aud: bed.metadata.issuer, jti: random(12), iat: now(), exp: now() + 120 }, key),
});
const proof = (url, key) => {
  const { d, kid, alg, ...jwk } = key;
  return { dpop: es256({ alg: 'ES256', typ: 'dpop+jwt', jwk }, { jti: random(12), htm: 'POST', htu: url, iat: now() }, key) };
};
const proofKey = (await newKey()).private;

/** So many codes of one client, by a browser that is signed in and has agreed before. */
async function codes(bed, name, count) {
  const party = await bed.party(name);
  party.proofKey = proofKey;
  const browser = await bed.signedIn('mother');
  const first = { changes: { resource: API }, who: bed.person('mother') };
  await party.code(browser, first);
  const found = [];
  let left = count;
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (; left > 0;) { left -= 1; found.push(await party.code(browser, first)); }
  }));
  return found;
}

const exchangeForm = (arrived, redirect) => ({ grant_type: 'authorization_code', code: arrived.code, redirect_uri: redirect, code_verifier: arrived.verifier, resource: API });

/** A token without a resource, for the provider's own end-points. */
async function ownTokens(bed, name, count, scope = 'openid') {
  const party = await bed.party(name);
  const browser = await bed.signedIn('mother');
  const found = [];
  for (let n = 0; n < count; n += 1) found.push((await party.tokens(browser, { who: bed.person('mother'), changes: { scope } })).access_token);
  return found;
}

/** Name → `{ count, prepare(bed, count) }`, which gives what is then measured: requests, or a deed of its own. */
const SCENARIOS = {
  'client credentials, private_key_jwt and DPoP': {
    count: 6000,
    prepare: (bed, count) => Array.from({ length: count }, () => request('POST', bed.metadata.token_endpoint, proof(bed.metadata.token_endpoint, proofKey), form({ grant_type: 'client_credentials', resource: API, ...assertion(bed, bed.clients.machine) }))),
  },
  'client credentials, secret': {
    count: 9000,
    prepare: (bed, count) => Array.from({ length: count }, () => request('POST', bed.metadata.token_endpoint, basicAuth(bed.clients['machine-secret']), form({ grant_type: 'client_credentials', resource: API }))),
  },
  'code exchange, secret': {
    count: 1500,
    async prepare(bed, count) {
      const redirect = bed.clients.basic.metadata.redirect_uris[0];
      return (await codes(bed, 'basic', count)).map((arrived) => request('POST', bed.metadata.token_endpoint, basicAuth(bed.clients.basic), form(exchangeForm(arrived, redirect))));
    },
  },
  'code exchange, private_key_jwt and DPoP (FAPI 2.0)': {
    count: 1000,
    async prepare(bed, count) {
      const redirect = bed.clients.fapi.metadata.redirect_uris[0];
      return (await codes(bed, 'fapi', count)).map((arrived) => request('POST', bed.metadata.token_endpoint, proof(bed.metadata.token_endpoint, proofKey), form({ ...exchangeForm(arrived, redirect), ...assertion(bed, bed.clients.fapi) })));
    },
  },
  'refresh, secret, rotated': {
    count: 3000,
    async prepare(bed, count) {
      const party = await bed.party('basic');
      const browser = await bed.signedIn('mother');
      const held = [];
      for (let n = 0; n < CONNECTIONS; n += 1) held.push((await party.tokens(browser, { who: bed.person('mother'), changes: { resource: API, scope: 'openid offline_access', prompt: 'consent' }, exchange: { form: { resource: API } } })).refresh_token);
      return async () => {
        let left = count;
        await on(bed.url, CONNECTIONS, async (connection, n) => {
          for (; left > 0;) {
            left -= 1;
            const { status, body } = await connection.send(request('POST', bed.metadata.token_endpoint, basicAuth(bed.clients.basic), form({ grant_type: 'refresh_token', refresh_token: held[n], resource: API })));
            if (status !== 200) throw new Error(`refresh: ${status} ${body}`);
            held[n] = JSON.parse(body).refresh_token;
          }
        });
      };
    },
  },
  introspection: {
    count: 8000,
    async prepare(bed, count) {
      const tokens = await ownTokens(bed, 'basic', 20);
      const all = tokens.map((token) => request('POST', bed.metadata.introspection_endpoint, basicAuth(bed.clients.basic), form({ token })));
      return { requests: Array.from({ length: count }, (_, n) => all[n % all.length]), good: ({ status, body }) => status === 200 && body.includes('"active":true') };
    },
  },
  userinfo: {
    count: 6000,
    async prepare(bed, count) {
      const tokens = await ownTokens(bed, 'basic', 20);
      const all = tokens.map((token) => request('GET', bed.metadata.userinfo_endpoint, { authorization: `Bearer ${token}` }));
      return Array.from({ length: count }, (_, n) => all[n % all.length]);
    },
  },
  'userinfo with name and birth date': {
    count: 1500,
    async prepare(bed, count) {
      const tokens = await ownTokens(bed, 'basic', 20, 'openid profile');
      const all = tokens.map((token) => request('GET', bed.metadata.userinfo_endpoint, { authorization: `Bearer ${token}` }));
      return Array.from({ length: count }, (_, n) => all[n % all.length]);
    },
  },
};

/** Accounts that have signed in already: each does once, as people do. */
let signedIn = 0;
SCENARIOS['password sign-in'] = {
  count: 150, only: 'sen',
  prepare(bed, count) {
    const first = signedIn;
    signedIn += count;
    const { password } = bed.accounts.mother;
    const headers = { 'sec-fetch-site': 'same-origin', origin: bed.url, accept: 'text/html' };
    const requests = Array.from({ length: count }, (_, n) => request('POST', `${bed.url}/dang-nhap`, headers, form({ login: `bench${bed.firstAccount + first + n}`, password, code: '', tiep: '' })));
    return { requests, good: ({ status, head }) => status === 303 && /set-cookie/i.test(head) };
  },
};

/** One run of one scenario on one provider: operations a CPU second. */
async function measure(bed, { prepare }, count) {
  const ready = await prepare(bed, count);
  const [server, below] = [cpu(bed.pid), cpuBelow(bed.pid)];
  const began = performance.now();
  if (typeof ready === 'function') await ready();
  else await sendAll(bed.url, ready.requests ?? ready, CONNECTIONS, ready.good);
  const wall = (performance.now() - began) / 1000;
  const [spent, database] = [cpu(bed.pid) - server, cpuBelow(bed.pid) - below];
  return { perCpuSecond: count / spent, perCpuSecondWithDatabase: count / (spent + database), perSecond: count / wall, spent, database };
}

async function startOurs(clients, apache) {
  const folder = resolve(args.data);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  process.env.SEN = resolve(args.sen);
  const provider = await startProvider({ people: 2000, data: folder, clients, apache });
  const filled = await fillAccounts(folder, Number(args.accounts));
  result.argon2 = sql(folder, "select substring(password_hash from '^[$][^$]+[$][^$]+[$][^$]+') from identity.account limit 1");
  console.log(`passwords: ${result.argon2}`);
  // Each run signs other people in: those before have a session, and perhaps a history.
  const firstAccount = 1 + Math.floor(Math.random() * Math.max(1, filled - 10_000));
  return { ...await bedOf(provider, () => provider.stop()), name: 'sen', filled, firstAccount };
}

async function startTheirs(clients) {
  const port = await freePort();
  const [es, ed] = [await newKey('ES256'), await newKey('EdDSA')];
  const config = join(resolve(args.out), 'yardstick.json');
  writeFileSync(config, JSON.stringify({ port, clients: registrations(clients), jwks: { keys: [es.private, ed.private] } }), { mode: 0o600 });
  const child = spawn(join(here, 'node_modules/node/bin/node'), [join(here, 'yardstick.mjs'), config], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } });
  const exited = new Promise((done) => child.once('exit', done));
  await new Promise((ready, failed) => {
    createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('{') && ready());
    exited.then((code) => failed(new Error(`the yardstick ended with ${code}`)));
  });
  const accounts = { mother: { login: 'mother', password: 'x', totp_secret: 'JBSWY3DPEHPK3PXP' } };
  const stop = async () => { child.kill('SIGTERM'); await exited; rmSync(config, { force: true }); };
  return { ...await bedOf({ url: `http://127.0.0.1:${port}`, accounts, clients, pid: child.pid }, stop), name: 'oidc-provider' };
}

const round = (n) => n >= 100 ? Math.round(n) : Number(n.toPrecision(3));
mkdirSync(resolve(args.out), { recursive: true });
const apache = await freePort();
const keysFile = join(resolve(args.data ?? args.out), 'bench-clients.json');
/** The same clients in each run: ours remembers them in its data. */
async function clientsOfThisData() {
  try { return JSON.parse(readFileSync(keysFile, 'utf8')); } catch { /* the first run */ }
  const made = await makeClients({ apache });
  mkdirSync(dirname(keysFile), { recursive: true });
  writeFileSync(keysFile, JSON.stringify(made), { mode: 0o600 });
  return made;
}
const clients = await clientsOfThisData();
const providers = [];
const result = { at: new Date().toISOString(), machine: { cpu: cpus()[0].model, cores: cpus().length }, runs: RUNS, scenarios: {} };
try {
  if (!args['theirs-only']) providers.push(await startOurs(clients, apache));
  providers.push(await startTheirs(clients));
  const wanted = Object.entries(SCENARIOS).filter(([name]) => !args.only || args.only.split(',').some((part) => name.includes(part.trim())));
  for (const [name, scenario] of wanted) {
    const count = times(scenario.count);
    const among = providers.filter((bed) => !scenario.only || scenario.only === bed.name);
    if (!among.length) continue;
    const seen = Object.fromEntries(among.map((bed) => [bed.name, []]));
    for (const bed of among) await measure(bed, scenario, Math.max(CONNECTIONS, count >> 2));
    // Turn about, so that what changes on the machine meanwhile meets both.
    for (let run = 0; run < RUNS; run += 1) for (const bed of among) seen[bed.name].push(await measure(bed, scenario, count));
    const of = (bed, what) => median(seen[bed.name].map((one) => one[what]));
    result.scenarios[name] = Object.fromEntries(among.map((bed) => [bed.name, {
      perCpuSecond: of(bed, 'perCpuSecond'), perCpuSecondWithDatabase: of(bed, 'perCpuSecondWithDatabase'), perSecond: of(bed, 'perSecond'), runs: seen[bed.name],
    }]));
    const figures = among.map((bed) => `${bed.name} ${round(of(bed, 'perCpuSecond'))}/CPU s (with its database ${round(of(bed, 'perCpuSecondWithDatabase'))})`);
    const ratio = among.length === 2 ? `  ${(of(among[0], 'perCpuSecond') / of(among[1], 'perCpuSecond')).toFixed(2)}×` : '';
    const memory = among.map((bed) => `${bed.name} ${Math.round(resident(bed.pid))} MB`);
    console.log(`${name}: ${figures.join('  ')}${ratio}  (resident: ${memory.join(', ')})`);
  }
  result.memory = Object.fromEntries(providers.map((bed) => [bed.name, { residentMB: Math.round(resident(bed.pid)), accounts: bed.filled }]));
  for (const bed of providers) console.log(`resident memory of ${bed.name}: ${result.memory[bed.name].residentMB} MB${bed.filled ? ` with ${bed.filled} accounts` : ''}`);
} finally {
  for (const bed of providers) await bed.close();
  writeFileSync(join(resolve(args.out), 'openid.json'), `${JSON.stringify(result, null, 2)}\n`);
}
