import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompiledRegex, compileRegex } from '../../../src/script/regex/index.js';
import { parseSubst, Subst } from '../../../src/script/regex/subst.js';

type Recorded = [pattern: string, text: string, flags: string, result: { error: string } | number[] | null];

/** What glibc 2.36 did: offsets of the match and its groups, null, or regcomp's refusal. */
const recorded = JSON.parse(readFileSync(new URL('./regex-glibc.json', import.meta.url), 'utf8')) as Recorded[];

/** Patterns where glibc leaves POSIX (its own groups in nested choices, `^` behind the last byte). */
const GLIBC_ALONE = new Set(['(a|ab)(c|bcd)(d*)', '|(1*)|\\d$@']);

function compiled(pattern: string, flags: { ignoreCase?: boolean; newline?: boolean } = {}): CompiledRegex {
  const regex = compileRegex(pattern, flags);
  if ('error' in regex) throw new Error(`${pattern}: ${regex.error}`);
  return regex;
}

describe('regular expressions', () => {
  it('do what glibc was seen to do', () => {
    const wrong: unknown[] = [];
    for (const [pattern, text, flags, want] of recorded) {
      if (GLIBC_ALONE.has(pattern)) continue;
      const regex = compileRegex(pattern, { ignoreCase: flags.includes('i'), newline: flags.includes('n') });
      const found = 'error' in regex ? { error: regex.error } : regex.exec(text);
      const got = found instanceof Int32Array ? [...found] : found;
      const tested = 'error' in regex || regex.test(text) === (got !== null);
      if (JSON.stringify(got) !== JSON.stringify(want) || !tested) wrong.push([pattern, text, flags, got, want]);
    }
    expect(recorded.length).toBeGreaterThan(500);
    expect(wrong).toEqual([]);
  });

  it.each([
    ['(a*)*b', 'a'.repeat(20_000)],
    ['(a|aa)+$', `${'a'.repeat(20_000)}b`],
    ['(.*)(.*)(.*)(.*)x', 'y'.repeat(5_000)],
    ['(a|b|ab)*(a|b|ab)*c', 'ab'.repeat(5_000)],
    ['(a*)\\1*b', 'a'.repeat(200)],
  ])('answers %s in bounded time', (pattern, text) => {
    const started = performance.now();
    expect(compiled(pattern).test(text)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('keeps answering right when the table of states is dropped', () => {
    const regex = compiled('(a|b)*a(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)c');
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{40,400}$/), (text) => {
        expect(regex.test(`${text}c`)).toBe(text[text.length - 13] === 'a');
      }),
      { numRuns: 60 },
    );
  });

  it('ends texts at a NUL', () => {
    expect(compiled('b').test('a\0b')).toBe(false);
    expect(compiled('a$').test('a\0b')).toBe(true);
    expect(compiled('a(b|c)').test('a\0b')).toBe(false);
  });

  it('refuses what would grow beyond all bounds', () => {
    expect(compileRegex('((a{1000}){1000}){1000}')).toEqual({ error: 'Regular expression too big' });
    expect(compileRegex('('.repeat(5000))).toHaveProperty('error');
  });

  it('agrees with a search by all substrings on leftmost and longest', () => {
    const regex = compiled('(ab|a)(c|bcd)?|b+');
    const whole = /^(?:(?:(?:ab|a)(?:c|bcd)?)|b+)$/;
    fc.assert(
      fc.property(fc.stringMatching(/^[abcd]{0,10}$/), (text) => {
        let want: number[] | null = null;
        for (let i = 0; i < text.length && want === null; i++) {
          for (let j = text.length; j > i && want === null; j--) if (whole.test(text.slice(i, j))) want = [i, j];
        }
        const got = regex.exec(text);
        expect(got === null ? null : [...got.slice(0, 2)]).toEqual(want);
      }),
    );
  });
});

describe('substitutions', () => {
  const apply = (expression: string, text: string): string | null => {
    const subst = parseSubst(expression);
    if (!(subst instanceof Subst)) throw new Error(subst.error);
    return subst.apply(text, null);
  };

  it.each([
    ['/o/0/', 'hello world', 'hell0 world'],
    ['/o/0/g', 'hello world', 'hell0 w0rld'],
    ['/(l+)/[\\1]/', 'hello', 'he[ll]o'],
    ['/HELLO/bye/i', 'hello world', 'bye world'],
    ['/^(.*) (.*)/\\2-\\1/', 'hello world', 'world-hello'],
    ['#a/b#x\\0y#', 'a/b', 'xa/by'],
    ['/\\//-/g', 'a/b/c', 'a-b-c'],
    ['/a/\\n\\t\\q/', 'a', '\n\tq'],
    ['/^b/x/g', 'b\nb', 'x\nx'],
    ['/^b/x/gs', 'b\nb', 'x\nb'],
    ['/zz/x/', 'hello', null],
    ['/x*/y/', 'abc', null],
  ])('%s', (expression, text, want) => {
    expect(apply(expression, text)).toBe(want);
  });

  it.each(['', '/a', '/a/b', '/a/b/q', '/(/b/', '/a/\\1/', '\\a\\b\\'])('refuses %s', (expression) => {
    expect(parseSubst(expression)).toHaveProperty('error');
  });

  it('fills in variables', () => {
    const subst = parseSubst('/bob/$rU!$(var(x))/', {
      pv: (text) => ({ text, name: text, read: () => (text === '$rU' ? 'alice' : 5) }),
    });
    expect(subst instanceof Subst && subst.apply('hello bob', {} as never)).toBe('hello alice!5');
  });
});
