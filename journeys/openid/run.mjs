// Runs every file of these tests against one provider: node journeys/openid/run.mjs [FILE …]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProvider } from './bed.mjs';
import { freePort } from './clients.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const files = process.argv.slice(2).length ? process.argv.slice(2)
  : readdirSync(here).filter((name) => name.endsWith('.test.mjs')).map((name) => join(here, name));
const folder = mkdtempSync(join(tmpdir(), 'sen-openid-run-'));
// Two files listen for back-channel logouts, each on a port of its own.
const [hearPort, hearPortToo] = [await freePort(), await freePort()];
const provider = await startProvider({ hear: (name) => `http://127.0.0.1:${name === 'edwards' ? hearPortToo : hearPort}/${name}` });
const { url, accounts, clients, apache, data, pid } = provider;
writeFileSync(join(folder, 'bed.json'), JSON.stringify({ url, accounts, clients, apache, data, pid, hearPort, hearPortToo }), { mode: 0o600 });
mkdirSync(join(folder, 'steps'));
const child = spawn(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
  env: { ...process.env, SEN_OPENID: join(folder, 'bed.json'), SEN_OPENID_STEPS: join(folder, 'steps') },
});
const status = await new Promise((resolve) => child.once('exit', resolve));
await provider.close();
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);
