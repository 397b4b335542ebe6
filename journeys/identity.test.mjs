// Accounts and relying parties in a browser, against one demo.
import { after, describe } from 'node:test';
import { open } from './sen.mjs';
import authority from './parts/account-authority.mjs';
import enrolment from './parts/account-enrolment.mjs';
import foreigner from './parts/account-foreigner.mjs';
import officers from './parts/account-officers.mjs';
import organisation from './parts/account-organisation.mjs';
import parties from './parts/account-parties.mjs';
import security from './parts/account-security.mjs';

const world = await open();
after(() => world.close());

const parts = { enrolment, foreigner, authority, organisation, officers, security, parties };
const wanted = process.env.JOURNEYS?.split(',') ?? Object.keys(parts);
for (const name of wanted) describe(name, { timeout: 300_000 }, () => parts[name](world));
