import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../../../src/modules/avpops/file-pattern.js';
import { isStored, keepValues, rememberStored } from '../../../../src/modules/avpops/in-database.js';
import { parseScheme } from '../../../../src/modules/avpops/scheme.js';
import { Attributes } from '../../../../src/script/attributes.js';

describe('patterns of file names', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['**x', 'x', true],
    ['[a-c]', 'b', true],
    ['[!a-c]', 'b', false],
    ['[^a-c]', 'd', true],
    ['[]]', ']', true],
    ['[a', '[a', true],
    ['[\\]]', ']', true],
    ['[a-]', '-', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['\\', '\\', true],
    ['*/*', 'a/b/c', true],
    ['a?', 'a\0', true],
  ])('%s and %j: %s', (pattern, text, matches) => {
    expect(matchesPattern(pattern, text)).toBe(matches);
  });

  it('take little time with many stars', () => {
    expect(matchesPattern(`${'*a'.repeat(200)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('schemes', () => {
  it('are read with blanks anywhere and names in any case', () => {
    expect(parseScheme(' s : Table = t ; VALUE_COL=v;value_type=Integer ; ')).toEqual({
      name: 's',
      table: 't',
      valueColumn: 'v',
      integers: true,
    });
  });

  it.each([
    '',
    's',
    's:',
    ':a=b',
    's:table',
    's:table=',
    's:=t',
    's:table=t;table=u',
    's:x=y',
    's:value_type=float',
    's:table=a b',
  ])('%j is refused', (text) => {
    expect(typeof parseScheme(text)).toBe('string');
  });
});

describe('values that are in the database', () => {
  const stackOf = (...oldestFirst: string[]): Attributes => {
    const attrs = new Attributes();
    for (const value of oldestFirst) attrs.push('x', value);
    return attrs;
  };
  const stored = (attrs: Attributes) => attrs.all('x').map((_, i) => isStored(attrs, 'x', i));

  it('are known by their places', () => {
    const attrs = stackOf('a', 'b', 'c');
    rememberStored(attrs, 'x', 1, 'b');
    rememberStored(attrs, 'x', 0, 'not c');
    expect(stored(attrs)).toEqual([false, true, false]);
    attrs.push('x', 'b');
    expect(stored(attrs)).toEqual([false, false, true, false]);
  });

  it('are forgotten with the stack', () => {
    const attrs = stackOf('a');
    rememberStored(attrs, 'x', 0, 'a');
    attrs.clear('x');
    attrs.push('x', 'a');
    expect(stored(attrs)).toEqual([false]);
    rememberStored(attrs, 'nosuch', 0, 'a');
    expect(isStored(attrs, 'nosuch', 0)).toBe(false);
  });

  it('stay known when others are taken away', () => {
    const attrs = stackOf('a', 'b', 'c');
    rememberStored(attrs, 'x', 2, 'a');
    keepValues(attrs, 'x', [0, 2]);
    expect(attrs.all('x')).toEqual(['c', 'a']);
    expect(stored(attrs)).toEqual([false, true]);
  });
});
