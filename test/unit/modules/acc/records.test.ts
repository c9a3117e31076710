import { describe, expect, test } from 'vitest';
import { splitComment } from '../../../../src/modules/acc/event.js';
import { parseExtras, readLegs } from '../../../../src/modules/acc/extras.js';
import acc from '../../../../src/modules/acc/index.js';
import { formatTime, timeColumns, timeInLog } from '../../../../src/modules/acc/time.js';
import { ConfigError } from '../../../../src/registry/module.js';
import { ScriptContext } from '../../../../src/script/context.js';
import { RouteKind } from '../../../../src/script/route-kind.js';
import { fakeHost, paramsOf, request } from '../fake-host.js';

const env = { pv: (text: string) => ({ text, name: text.slice(1, text.indexOf('(')), read: () => null }) };

describe('extras', () => {
  test('names and variables, with separators inside variables', () => {
    const extras = parseExtras(' a = $fU ; b=$(hdr(X){s.select,0,;});c=$avp(s:x);', env, 'log_extra', 8);
    expect(extras.map((e) => [e.name, e.pv.text])).toEqual([
      ['a', '$fU'],
      ['b', '$(hdr(X){s.select,0,;})'],
      ['c', '$avp(s:x)'],
    ]);
  });

  test('a part without a name and too many parts are refused', () => {
    expect(() => parseExtras('$fU', env, 'log_extra', 8)).toThrow(ConfigError);
    expect(() => parseExtras('a=$fU;b=$tU', env, 'log_extra', 1)).toThrow(ConfigError);
  });

  test('legs are as many as the longest AVP has values', () => {
    const ctx = new ScriptContext(request('INVITE', 'sip:b@c'), RouteKind.REQUEST);
    for (const v of ['1', '2']) ctx.attrs.push('src', v);
    ctx.attrs.push('dst', 'only');
    const legs = parseExtras('s=$avp(s:src);d=$avp(dst)', env, 'multi_leg_info', 8);
    expect(readLegs(legs, ctx)).toEqual([
      ['2', 'only'],
      ['1', null],
    ]);
  });
});

describe('time', () => {
  const now = Date.UTC(2026, 0, 5, 4, 3, 2, 250);
  const style = { attribute: 't', extension: 'u', format: '%Y-%m-%d %H:%M:%S %j %a %b %%' };

  test.each([
    [0, '', []],
    [
      1,
      ';u=250000',
      [
        { column: 't', value: Math.floor(now / 1000) },
        { column: 'u', value: 250000 },
      ],
    ],
    [2, `;t=${(now / 1000).toFixed(3)}`, [{ column: 't', value: now / 1000 }]],
    [4, ';t=2026-01-05 04:03:02 005 Mon Jan %', [{ column: 't', value: '2026-01-05 04:03:02 005 Mon Jan %' }]],
  ])('mode %i', (mode, inLog, columns) => {
    expect(timeInLog({ ...style, mode }, now)).toBe(inLog);
    expect(timeColumns({ ...style, mode }, now)).toEqual(columns);
  });

  test('twelve o’clock has two halves', () => {
    expect(formatTime('%I %p', Date.UTC(2026, 0, 1, 0), true)).toBe('12 AM');
    expect(formatTime('%I %p', Date.UTC(2026, 0, 1, 12), true)).toBe('12 PM');
  });
});

test.each([
  ['404 Not here', '404', 'Not here'],
  ['just text', '', 'just text'],
  ['200', '200', ''],
  ['20 0', '', '20 0'],
])('comment %s', (comment, code, reason) => {
  expect(splitComment(comment)).toEqual({ code, reason });
});

test('call detail records are refused at the start, not left out in silence', () => {
  expect(() => acc.configure(fakeHost().host, paramsOf(acc as never, { cdr_enable: 1 }))).toThrow(/dialog/);
});
