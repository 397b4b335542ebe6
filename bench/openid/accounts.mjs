// Fills our database with accounts, behind the program's back: a million people who exist and do nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs SQL as the owner of the private cluster of a data folder, over its socket. */
export function sql(folder, text) {
  const run = join(folder, 'postgresql/run');
  const pidFile = join(folder, 'postgresql/postgres/postmaster.pid');
  if (!existsSync(pidFile)) throw new Error(`no cluster runs in ${folder}`);
  const port = readFileSync(pidFile, 'utf8').split('\n')[3];
  return execFileSync('psql', ['-h', run, '-p', port, '-U', 'sen_owner', '-d', 'sen', '-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', '-c', text], { encoding: 'utf8' }).trim();
}

/** Makes as many accounts as are missing; gives how many there are. Their password is the demo's. */
export async function fillAccounts(folder, wanted) {
  const there = Number(sql(folder, "select count(*) from identity.login where login like 'bench%'"));
  const missing = wanted - there;
  if (missing > 0) {
    sql(folder, `
      with model as (select password_hash from identity.account where subject_id is not null limit 1),
      made as (
        insert into identity.account (account_id, subject_id, level, label, password_hash, created_at)
        select gen_random_uuid(), gen_random_uuid(), 1, 'Bench ' || n, model.password_hash, now() from model, generate_series(${there + 1}, ${wanted}) n
        returning account_id, label)
      insert into identity.login (login, account_id) select 'bench' || substr(label, 7), account_id from made`);
    sql(folder, 'analyze identity.account, identity.login');
  }
  return Number(sql(folder, 'select count(*) from identity.account'));
}
