/**
 * npm run crash [-- --rounds N] [--requests N] [--workers N]
 *
 * Kills kts with SIGKILL while it adds to a queue of dbmode 4 and takes out of it, again and again over one file, and
 * accounts for every item. Half of the rounds route in thread 0, half in worker threads.
 */
import { parseArgs } from 'node:util';
import { QueueCrash, type Round } from './queue-crash.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    requests: { type: 'string', default: '100000' },
    workers: { type: 'string', default: '3' },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);

const line = (cells: readonly (string | number)[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);

let faults = 0;
line(['threads', 'round', 'answered', 'accepted', 'given', 'under way', 'taken by those', 'left', 'faults']);
line(Array(9).fill('---'));
for (const workers of [0, Number(values.workers)]) {
  const crash = new QueueCrash(workers);
  for (let n = 1; n <= rounds / 2; n++) {
    const round: Round = await crash.round(requests, 1 + Math.floor(Math.random() * requests));
    const { answered, accepted, given, underWay, taken, left } = round;
    const open = `${underWay.adds} + ${underWay.takes}`;
    line([1 + workers, n, answered, accepted, given, open, taken, left, round.faults.slice(0, 5).join('; ') || 'none']);
    faults += round.faults.length;
  }
  crash.close();
}
process.stdout.write(faults === 0 ? 'every item is accounted for\n' : `${faults} faults\n`);
process.exitCode = faults === 0 ? 0 : 1;
