import { describe, expect, it } from 'vitest';
import { differences } from './compare.js';
import { ktsInProcessTarget } from './in-process.js';
import { knownDifferences } from './known-differences.js';
import { loadGroups } from './load.js';
import { runCase } from './run-case.js';

const target = await ktsInProcessTarget();
const isKnown = knownDifferences();

// Sockets are real though time is not: on a busy machine the kernel may deliver after the harness stopped looking.
const AGAIN = { retry: 2 };

for (const group of loadGroups()) {
  describe(`as the real server: ${group.name}`, () => {
    for (const c of group.cases) {
      const recording = group.recordings[c.id];
      it(`${c.id} ${c.title}`.trimEnd(), AGAIN, async () => {
        expect(recording?.['5.6'], 'nothing on record: npm run oracle -- --record').toBeDefined();
        const seen = differences(recording!['5.6']!, await runCase(target, c, '5.6'), c.compareCore);
        if (isKnown(c.name)) expect(seen, 'docs/differences.md names it, yet it agrees').not.toEqual([]);
        else expect(seen.join('\n')).toBe('');
      });
      const later = recording?.['6.2'];
      if (later) {
        it(`${c.id} as 6.x ${c.title}`.trimEnd(), AGAIN, async () => {
          expect(differences(later, await runCase(target, c, '6.2'), false).join('\n')).toBe('');
        });
      }
    }
  });
}
