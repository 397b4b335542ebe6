// The test bed: a provider that was started for the tests, with their relying parties registered and people to sign in.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, makeClients, registrations } from './clients.mjs';
import { rested, signedIn } from './person.mjs';
import { Relying, discover } from './relying.mjs';

const PEOPLE = ['mother', 'unmarried-mother', 'mother-of-twins', 'mother-apart', 'widowed-mother', 'long-widowed-mother', 'father'];

/** Starts `sen demo` with clients of its own. `data` and `port` begin an earlier one again. */
export async function startProvider({ people = 500, data, port = 0, hear, clients, apache } = {}) {
  apache ??= await freePort();
  clients ??= await makeClients({ hear, apache });
  const folder = data ?? mkdtempSync(join(tmpdir(), 'sen-openid-'));
  chmodSync(folder, 0o755);
  const file = join(folder, 'clients.json');
  writeFileSync(file, JSON.stringify(registrations(clients)), { mode: 0o600 });
  const child = spawn(process.env.SEN ?? 'target/debug/sen',
    ['demo', '--data', folder, '--port', String(port), '--people', String(people), '--clients', file, '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SEN_LOG: process.env.SEN_LOG ?? 'error' } });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const ready = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const event = JSON.parse(line);
      if (event.url) resolve(event);
    });
    exited.then((code) => reject(new Error(`the provider ended with ${code} before it was ready`)));
  });
  const stop = async (signal = 'SIGINT') => { child.kill(signal); await exited; };
  return {
    url: ready.url, accounts: ready.accounts, clients, apache, data: folder, pid: child.pid,
    /** Ends at once, as when the power fails; the data stay. */
    kill: () => stop('SIGKILL'),
    stop,
    async close() { await stop(); rmSync(folder, { recursive: true, force: true }); },
  };
}

/** The provider that run.mjs started, for one file of tests. */
export async function openBed() {
  if (!process.env.SEN_OPENID) throw new Error('run these tests with: node journeys/openid/run.mjs [FILE …]');
  return bedOf(JSON.parse(readFileSync(process.env.SEN_OPENID, 'utf8')));
}

/** What tests need of a provider that runs. */
export async function bedOf(started, close = async () => {}) {
  const metadata = await discover(started.url);
  const bed = { ...started, issuer: started.url, metadata };
  const browsers = new Map();
  return Object.assign(bed, {
    close,
    /** A relying party with a proof key of its own. */
    party: (name) => Relying.of(bed, name),
    person: (who) => bed.accounts[who],
    /** Somebody whose next one-time code is near, for a sign-in of its own. */
    anybody: () => rested(PEOPLE.map((who) => bed.accounts[who]).filter(Boolean)),
    /** A browser in which this person is signed in already: signed in once in a file, copied for each use. */
    async signedIn(who = 'mother') {
      if (!browsers.has(who)) browsers.set(who, signedIn(bed.url, bed.accounts[who]));
      return (await browsers.get(who)).copy();
    },
  });
}
