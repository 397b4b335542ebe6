// The programme of tasks in a browser: a directive is read in, a ministry reports with evidence, who gave the task decides.
import { after, describe } from 'node:test';
import { open } from './sen.mjs';
import programme from './parts/programme.mjs';

const world = await open();
after(() => world.close());

describe('programme', { timeout: 300_000 }, () => programme(world));
