import { describe, expect, test } from 'vitest';
import { Level, Log } from '../../../src/observe/log.js';
import { ScriptContext, Stop } from '../../../src/script/context.js';
import { EVALUATION_FAILED } from '../../../src/script/operators.js';
import { compileRegex } from '../../../src/script/regex/index.js';
import { RouteKind } from '../../../src/script/route-kind.js';
import { ScriptRuntime } from '../../../src/script/runtime.js';
import { ScriptVars } from '../../../src/script/script-vars.js';
import { Dual } from '../../../src/script/value.js';
import type { SipMessage } from '../../../src/sip/message.js';

const newContext = () => new ScriptContext({} as SipMessage, RouteKind.REQUEST);

function bench(maxDepth = 4) {
  const log: string[] = [];
  let compiled = 0;
  const logger = new Log({ write: (r) => void log.push(r.text) }, Level.DBG);
  const vars = new ScriptVars();
  const runtime = new ScriptRuntime({
    compat: '6.x',
    log: logger,
    vars,
    maxLoops: 100,
    maxDepth,
    compileRegex: (source, { newline }) => {
      compiled++;
      return compileRegex(source, { ignoreCase: true, newline });
    },
    findRoute: () => null,
    onAction: null,
  });
  return { runtime, log, logger, vars, compiled: () => compiled };
}

describe('values on their way into variables', () => {
  test.each([
    ['text', 'text'],
    [5, 5],
    [null, null],
    [new Dual(1, 'INVITE', 'string'), 'INVITE'],
    [new Dual(7, 'seven', 'int'), 7],
  ])('%s', (value, stored) => {
    const { runtime, log } = bench();
    expect(runtime.S(value)).toBe(stored);
    expect(log).toEqual([]);
  });

  test('a read that failed is logged, stores null, and makes the assignment fail once', () => {
    const { runtime, log } = bench();
    expect(runtime.S(undefined)).toBeNull();
    expect(log).toEqual(['non existing right pvar']);
    expect([runtime.stored(true), runtime.stored(true)]).toEqual([false, true]);
  });
});

test('integer arguments: by the int form, 0 when there is none', () => {
  const { runtime } = bench();
  const dual = new Dual(7, 'seven', 'string');
  expect([5, '12', '0x1f', 'x', '', null, undefined, dual, 5n].map((v) => runtime.intArg(v))).toEqual([
    5, 12, 31, 0, 0, 0, 0, 7, 5,
  ]);
});

test('codes have 32 bits', () => {
  const { runtime } = bench();
  expect([3, -3, 2 ** 32 + 3, 2 ** 31, 2n ** 60n + 5n].map((n) => runtime.code(n))).toEqual([3, -3, 3, -(2 ** 31), 5]);
});

test('a module function’s code is kept; 0 ends the script', () => {
  const { runtime } = bench();
  const x = newContext();
  expect([runtime.done(x, -3), x.rc, x.stop]).toEqual([-3, -3, Stop.NONE]);
  expect([runtime.done(x, 0), x.rc, x.stop]).toEqual([0, 0, Stop.EXIT]);
});

test('depth is counted while a route runs, also one that waits', async () => {
  const { runtime, log } = bench(4);
  const x = newContext();
  const depths: number[] = [];
  const route = (ctx: ScriptContext): number => {
    depths.push(ctx.depth);
    return 7;
  };
  expect(runtime.deep(x, route, 2)).toBe(7);
  const pending = runtime.deep(x, async (ctx) => route(ctx), 3);
  expect(x.depth).toBe(3);
  expect(await pending).toBe(7);
  expect([depths, x.depth]).toEqual([[2, 3], 0]);
  expect(runtime.deep(x, route, 4)).toBe(-1);
  expect(log).toEqual(['too many recursive routing table lookups (5) giving up!']);
});

describe('regular expressions of run time', () => {
  test('are compiled once while they stay in a bounded cache', () => {
    const { runtime, compiled } = bench();
    for (let i = 0; i < 5; i++) expect(runtime.match('xAy', 'a')).toBe(true);
    expect(compiled()).toBe(1);
    for (let i = 0; i < 300; i++) runtime.match('x', `p${i}`);
    runtime.match('x', 'a');
    expect(compiled()).toBe(302);
  });

  test('tell lines apart in arguments, not in =~', () => {
    const { runtime } = bench();
    expect(runtime.match('a\nb', '^b')).toBe(false);
    expect(runtime.regex('^b').test('a\nb')).toBe(true);
  });

  test('that are not valid abandon the expression', () => {
    const { runtime, log } = bench();
    expect(() => runtime.match('a', '(')).toThrow();
    expect(() => runtime.regex('(')).toThrow();
    expect(log[0]).toBe('Bad regular expression "("');
  });
});

describe('what is abandoned', () => {
  test('an expression is; any other failure goes on to the message loop', () => {
    const { runtime } = bench();
    const bug = new Error('bug');
    for (const catcher of [
      (e: unknown) => runtime.conditionFailed(e, 'if', '1,1'),
      (e: unknown) => runtime.assignmentAbandoned(e, '1,1', '1,1'),
      (e: unknown) => runtime.returnFailed(e),
      (e: unknown) => runtime.switchFailed(e),
      (e: unknown) => runtime.actionAbandoned(e, 'k.cfg:1'),
    ]) {
      expect(() => catcher(bug)).toThrow(bug);
      expect([false, -1, -5, null]).toContain(catcher(EVALUATION_FAILED));
    }
  });
});

test('a run that waits takes its variables along, once, and leaves the log to others', () => {
  const { runtime, vars, logger } = bench();
  const slot = vars.slot('x');
  const x = newContext();
  x.vars = vars.values;
  logger.context = x;
  vars.set(slot, 'before');
  x.pending = Promise.resolve(1);
  void runtime.suspend(x);
  expect(logger.context).toBeNull();
  vars.set(slot, 'other');
  expect(x.vars[slot]).toBe('before');
  const own = x.vars;
  void runtime.suspend(x);
  expect(x.vars).toBe(own);
  expect(runtime.resumed(x, 5)).toBe(5);
  expect(logger.context).toBe(x);
});
