// The index of the quality of service in a browser: from the country's figure to one late dossier, and back from a
// citizen's rating to the figure.
import { after, describe } from 'node:test';
import { open } from './sen.mjs';
import index from './parts/index.mjs';

const world = await open();
after(() => world.close());

describe('index', { timeout: 300_000 }, () => index(world));
