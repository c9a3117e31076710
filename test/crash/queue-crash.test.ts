import { expect, it } from 'vitest';
import { QueueCrash } from './queue-crash.js';

it.each([0, 3])('a queue of dbmode 4 is exact after kill -9 of the server: %i workers', async (workers) => {
  const crash = new QueueCrash(workers);
  try {
    // The second round takes out what the first one left.
    for (const killAfter of [500, 1000]) {
      const round = await crash.round(2000, killAfter);
      expect(round.faults).toEqual([]);
      expect(round.refused).toBe(0);
      expect(round.answered).toBeGreaterThan(killAfter / 2);
    }
  } finally {
    crash.close();
  }
});
