import { fuzzMutations } from './mutations/cli.js';
import { fuzzScripts } from './scripts.js';
import { writeTables } from './tables.js';

const USAGE = `npm run fuzz -- scripts [--count 2000] [--seed N] [--most 5] [--core] [--keep FILE]
npm run fuzz -- tables
npm run fuzz -- mutations [--times 10] [--seed N]

  Random scripts run in Kamailio 5.6.3 and in kts; what they log must be the same. --core: what the servers
  themselves log as well. A script that differs is made as small as it can be. --keep writes those to FILE.
  Tables of operators, transformations and variables are written as oracle cases, to be recorded.
  Mutations: valid configs are broken in every way of a catalogue, so often each; kts check must find 99 in 100, with
  the right code at the right line.
`;

const [what, ...args] = process.argv.slice(2);
if (what === 'scripts') process.exitCode = await fuzzScripts(args);
else if (what === 'tables') writeTables();
else if (what === 'mutations') process.exitCode = await fuzzMutations(args);
else process.stdout.write(USAGE);
