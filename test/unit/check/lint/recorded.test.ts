import { describe, expect, test } from 'vitest';
import { loadGroups } from '../../../oracle/load.js';
import { sightings } from './lint-config.js';

/** Cases of the oracle set in which the real server was seen to fall into a trap, with the rule that sees it coming. */
const SEEN: Readonly<Record<string, readonly string[]>> = {
  'async/async/sleep.next': ['KTS2007'],
  'async/async/sleep.nested': ['KTS2005'],
  'async/async/sleep.called': ['KTS2005'],
  'async/async/sleep.last': ['KTS2004'],
  'async/async/sleep.bounds': ['KTS2008', 'KTS2010'],
  'async/async/route.missing': ['KTS2006', 'KTS2035'],
  'async/async/route.silent': ['KTS2013'],
  'async/async/task.route': ['KTS2007'],
  'tmx/tmx/suspend.nothing': ['KTS2013'],
  'rtimer/run.nothing': ['KTS2024', 'KTS2025'],
  'rtimer/run.whole-string': ['KTS2024'],
  'sl/reply_error.relay.statement': ['KTS2040'],
  'tm/routes/failure.headers': ['KTS2047'],
  'kex/bflags': ['KTS2073'],
  'kex/sflags.range': ['KTS2073'],
  'language/routes/r.if.assign': ['KTS2061'],
  'language/routes/r.rc.xlog': ['KTS2060'],
  'language/routes/r.exit': ['KTS2064'],
  'language/stops/exit.inner': ['KTS2064'],
  'language/routes/r.return.0': ['KTS2064'],
  /** And where all went well, the same rules see nothing. */
  'async/async/sleep.twice': [],
  'async/async/sleep.headers': [],
  'async/async/route.later': [],
  'async/async/ms_route.later': [],
};

const CHOSEN = ['none', 'async', 'queue', 'script', 'reply-after-relay', 'change-after-relay'];

describe('what lint sees is what the real server did', () => {
  const cases = new Map(
    loadGroups(Object.keys(SEEN))
      .flatMap((g) => g.cases)
      .map((c) => [c.name, c]),
  );
  test.each(Object.entries(SEEN))('%s', async (name, codes) => {
    const found = (await sightings(cases.get(name)!.config!, CHOSEN)).map((d) => d.code);
    expect([...new Set(found)].sort()).toEqual(codes);
  });
});
