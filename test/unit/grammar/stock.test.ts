import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from './parsing.js';

/** The distribution's config, as the package installs it. */
const STOCK = '/etc/kamailio/kamailio.cfg';

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'latin1') : null);

describe.skipIf(!existsSync(STOCK))('the stock config', () => {
  const text = read(STOCK) ?? '';
  const switches = [...new Set(text.match(/WITH_\w+/g))];
  // Without a database the config leaves DBURL undefined, and most other switches need it.
  const run = (names: readonly string[], compat: '5.6' | '6.x' = '6.x') =>
    parse(text, { file: STOCK, read, defines: new Map([...names, 'WITH_MYSQL'].map((name) => [name, null])), compat });

  test('has its switches', () => expect(switches.length).toBeGreaterThan(15));

  test('parses as it is', () => {
    const { ast, diagnostics, mode } = run([]);
    expect(diagnostics).toEqual([]);
    expect(mode).toBe('kamailio');
    const routes = ast.items.flatMap((item) => (item.kind === 'route-block' ? [item.name || item.route] : []));
    expect(routes).toEqual(
      expect.arrayContaining(['request_route', 'RELAY', 'REQINIT', 'WITHINDLG', 'REGISTRAR', 'AUTH', 'MANAGE_FAILURE']),
    );
    expect(ast.items.filter(({ kind }) => kind === 'loadmodule').length).toBeGreaterThanOrEqual(20);
  });

  test.each(switches)('parses with %s', (name) => {
    expect(run([name]).diagnostics).toEqual([]);
    expect(run([name], '5.6').diagnostics).toEqual([]);
  });

  test('parses with any switches', () => {
    fc.assert(
      fc.property(fc.subarray(switches), (names) => run(names).diagnostics.length === 0),
      { numRuns: 60 },
    );
  });

  test('parses with all of them, quickly', () => {
    run(switches);
    const start = performance.now();
    for (let n = 0; n < 5; n++) expect(run(switches).diagnostics).toEqual([]);
    expect((performance.now() - start) / 5).toBeLessThan(250);
  });
});
