import { expect, test } from 'vitest';
import { PARAM_KINDS } from '../../../grammar/tokens.js';
import { findCoreParam } from '../../../src/registry/core-params.js';
import { bind } from '../core/script-bench.js';

/** A literal of each kind that the grammar takes. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  int: ['1', 'yes'],
  intno: ['1', '-1'],
  string: ['"a"'],
  id: ['a'],
  'id|string': ['a', '"a"'],
  'int|string': ['1', '"a"'],
  'int|id': ['1', 'a'],
  host: ['a.example.com', '192.0.2.1'],
  ipv4: ['192.0.2.1'],
  ipv6: ['::1'],
  proto: ['tcp'],
  'tls-method': ['TLSv1'],
};

test('every core parameter of the grammar is known, and takes what the grammar lets through', () => {
  const wrong: string[] = [];
  for (const [name, kind] of PARAM_KINDS) {
    for (const value of SAMPLES[kind] ?? [`no sample of ${kind}`]) {
      const { diagnostics, program } = bind(`${name}=${value}\nrequest_route { exit; }`);
      wrong.push(...diagnostics.map((d) => `${name}=${value}: ${d.code} ${d.title}`));
      const canonical = findCoreParam(name)?.name;
      if (canonical === undefined || !program.assigned.has(canonical)) wrong.push(`${name}=${value} was not set`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the last assignment wins, also after routes', () => {
  const { program } = bind('max_while_loops=5\nrequest_route { exit; }\nmax_while_loops=7');
  expect(program.settings.max_while_loops).toBe(7);
});

test('yes and no are numbers; synonyms set the parameter they stand for', () => {
  const { program } = bind('auto_aliases=no\nlog_stderror=yes\ntcp_async=no\nrequest_route { exit; }');
  expect(program.settings).toMatchObject({ auto_aliases: 0, log_stderror: 1, tcp_buf_write: 0 });
});
