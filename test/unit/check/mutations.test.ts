import { readFileSync } from 'node:fs';
import { expect, describe as group, test } from 'vitest';
import { MUTATIONS } from '../../fuzz/mutations/catalogue.js';
import { describe } from '../../fuzz/mutations/cli.js';
import { attempt, findingsIn } from '../../fuzz/mutations/run.js';

/** Many more, over more configs: `npm run fuzz -- mutations`. */
const TIMES = 2;
const url = new URL('../../fuzz/mutations/base.cfg', import.meta.url);
const base = { name: 'base.cfg', text: readFileSync(url, 'latin1') };

group('a mistake in a valid config is found, with its code, where it is', () => {
  test('there are none before', async () => {
    expect((await findingsIn(base.text)).filter((d) => d.severity === 'error')).toEqual([]);
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(40);
  });

  test.each(MUTATIONS.map((m) => [m.name, m] as const))('%s', async (_, mutation) => {
    const seeds = Array.from({ length: TIMES }, (_, n) => n + 1);
    const outcomes = (await Promise.all(seeds.map((seed) => attempt(mutation, base, seed)))).filter((o) => o !== null);
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.filter((o) => !o.found).map(describe)).toEqual([]);
  });
});
