// The provider is killed in the middle of a storm of code exchanges, again and again, and started on the same data: no
// code ever gives tokens twice, and what it had given lives on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bedOf, startProvider } from './bed.mjs';
import { freePort } from './clients.mjs';

const ROUNDS = 3;
const CODES = 24;
/** How often each code is sent in the storm. */
const TIMES = 3;

test('killed in the middle of code exchanges: no code works twice', { timeout: 170_000 }, async () => {
  const port = await freePort();
  let provider = await startProvider({ people: 300, port });
  const { data, clients, apache } = provider;
  try {
    let bed = await bedOf(provider);
    const who = bed.person('mother');
    const browser = await bed.signedIn('mother');
    let seen = 0;
    let cut = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      // A confidential client with a secret, and one with proofs and assertions.
      const party = await bed.party(round % 2 ? 'fapi' : 'basic');
      const codes = [];
      for (let n = 0; n < CODES; n += 1) codes.push(await party.code(browser.copy(), { who }));
      const given = new Map(codes.map(({ code }) => [code, []]));
      const take = (arrived) => party.exchange(arrived).then((answered) => {
        if (answered.status === 200) given.get(arrived.code).push(answered.body);
        else assert.ok(answered.status < 500 || answered.status === 503, answered.text);
        return true;
      }, () => false);
      // Killed when some have their answer and some have not: at another moment in each round.
      let answers = 0;
      let killed;
      const moment = 1 + Math.floor((CODES * TIMES * (round + 1)) / (ROUNDS + 2));
      const storm = codes.flatMap((arrived) => Array.from({ length: TIMES }, () => take(arrived).then((whole) => {
        if (whole) answers += 1; else cut += 1;
        if (answers >= moment) killed ??= provider.kill();
      })));
      await Promise.all(storm);
      await killed;
      provider = await startProvider({ data, port, clients, apache });
      bed = await bedOf(provider);
      party.provider = bed;
      const firsts = [...given.values()].map((bodies) => bodies.length);
      assert.ok(firsts.every((times) => times <= 1), `a code gave tokens ${Math.max(...firsts)} times before the kill`);
      for (const arrived of codes) { await take(arrived); await take(arrived); }
      for (const [, bodies] of given) {
        assert.ok(bodies.length <= 1, `a code gave tokens ${bodies.length} times`);
        seen += bodies.length;
      }
    }
    assert.ok(seen > 0, 'some codes worked');
    assert.ok(cut > 0, 'some exchanges were cut off');
  } finally {
    await provider.close();
  }
});
