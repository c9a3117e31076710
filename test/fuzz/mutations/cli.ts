import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Base, mutateAll, type Outcome } from './run.js';

const ROOT = new URL('../../../', import.meta.url);
const CONFIGS = ['test/fuzz/mutations/base.cfg', 'examples/quickstart/kamailio.cfg'];
const MORE = ['examples/load-balancer/kamailio.cfg', 'examples/flood-alert/kamailio.cfg'];
const INSTALLED = ['/etc/kamailio/kamailio.cfg'];

/** The share of mistakes that must be found. */
export const WANTED = 0.99;

const baseOf = (path: string): Base => ({ name: path, text: readFileSync(path, 'latin1') });

/** The configs that are broken: those of the project, and the distribution's where it is installed. */
export function bases(): Base[] {
  const own = [...CONFIGS, ...MORE].map((path) => fileURLToPath(new URL(path, ROOT)));
  return [...own, ...INSTALLED.filter((path) => existsSync(path))].map(baseOf);
}

/** Breaks configs in all ways, so often, and says which mistakes were not found. The exit status. */
export async function fuzzMutations(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { times: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
  });
  const outcomes = await mutateAll(bases(), Number(values.times), Number(values.seed));
  const missed = outcomes.filter((o) => !o.found);
  for (const o of missed) process.stdout.write(`${describe(o)}\n`);
  const share = (outcomes.length - missed.length) / outcomes.length;
  process.stdout.write(
    `${outcomes.length - missed.length} of ${outcomes.length} found (${(share * 100).toFixed(2)} %)\n`,
  );
  return share >= WANTED ? 0 : 1;
}

/** What was broken and what was said instead. */
export function describe({ mutation, base, seed, lines, said, text }: Outcome): string {
  const written = text.split('\n')[lines[0]! - 1];
  return `${mutation.name} (${base}, seed ${seed}): line ${lines[0]}: ${written}\n  said: ${said.join('; ') || 'nothing'}`;
}
