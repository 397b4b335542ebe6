// Every journey, in order, against one demo: each part has its own mother of the cast, so that none waits for another.
import { after, describe } from 'node:test';
import { open } from './sen.mjs';
import badInput from './parts/bad-input.mjs';
import conflict from './parts/conflict.mjs';
import families from './parts/families.mjs';
import main from './parts/main.mjs';
import noScript from './parts/no-script.mjs';
import pages from './parts/pages.mjs';
import refusal from './parts/refusal.mjs';
import supplement from './parts/supplement.mjs';

const world = await open();
after(() => world.close());

const parts = { main, supplement, refusal, 'bad-input': badInput, pages, families, 'no-script': noScript, conflict };
const wanted = process.env.JOURNEYS?.split(',') ?? Object.keys(parts);
for (const name of wanted) describe(name, { timeout: 120_000 }, () => parts[name](world));
