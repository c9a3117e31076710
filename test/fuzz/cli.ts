import { fuzzScripts } from './scripts.js';

const USAGE = `npm run fuzz -- scripts [--count 2000] [--seed N] [--most 5] [--core] [--keep FILE]

  Random scripts run in Kamailio 5.6.3 and in kts; what they log must be the same. --core: what the servers
  themselves log as well. A script that differs is made as small as it can be. --keep writes those to FILE.
`;

const [what, ...args] = process.argv.slice(2);
if (what === 'scripts') process.exitCode = await fuzzScripts(args);
else process.stdout.write(USAGE);
