import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPvError, type PvNode, parseFormat, parsePv } from '../../../grammar/pv.js';

const pv = (text: string): PvNode => {
  const result = parsePv(text);
  if (isPvError(result)) throw new Error(result.error.message);
  return result;
};

describe('pseudo-variables', () => {
  test.each([
    ['$ru', 'ru', null, null],
    ['$?', '?', null, null],
    ['$(ru)', 'ru', null, null],
    ['$var(a)', 'var', 'a', null],
    ['$var(a(b)c)', 'var', 'a(b)c', null],
    ['$avp($var(n))', 'avp', '$var(n)', null],
    ['$(avp(x)[*])', 'avp', 'x', 'all'],
    ['$(hdr(X-A)[-1])', 'hdr', 'X-A', '-1'],
    ['$(avp(x)[$var(i)])', 'avp', 'x', '$var(i)'],
    ['$(branch(uri)[$(var(x){s.len})])', 'branch', 'uri', '$(var(x){s.len})'],
    ['$sht(t=>$ru::x)', 'sht', 't=>$ru::x', null],
    ['$$', '$', null, null],
  ])('%s', (text, name, inner, index) => expect(pv(text)).toMatchObject({ name, inner, index, text, offset: 0 }));

  test.each([
    ['$(ru{s.len})', [['s', 'len', []]]],
    ['$(var(s){s.substr,0,2})', [['s', 'substr', ['0', '2']]]],
    ['$(var(s){s.select,1,,})', [['s', 'select', ['1', ',']]]],
    ['$(var(s){s.count,,})', [['s', 'count', [',']]]],
    ['$(var(s){s.replace,-,})', [['s', 'replace', ['-', '']]]],
    [
      '$(var(s){s.trim} {s.toupper} )',
      [
        ['s', 'trim', []],
        ['s', 'toupper', []],
      ],
    ],
    ['$(var(s){s.encode.hexa})', [['s', 'encode.hexa', []]]],
    ['$(var(s){s.substr,0,$(var(o){s.select,1,,})})', [['s', 'substr', ['0', '$(var(o){s.select,1,,})']]]],
    [
      '$(ct{nameaddr.uri}{uri.param,x})',
      [
        ['nameaddr', 'uri', []],
        ['uri', 'param', ['x']],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(pv(text).transformations.map(({ cls, op, params }) => [cls, op, params])).toEqual(expected);
  });

  test('offsets point into the text', () => {
    const text = 'ab $(hdr(X)[1]{s.select,1,$var(c)})';
    const [, node] = parseFormat(text) as [string, PvNode];
    const [tr] = node.transformations;
    expect(text.slice(node.innerOffset, node.innerOffset + 1)).toBe('X');
    expect(text[node.indexOffset]).toBe('1');
    expect(text[tr!.offset]).toBe('{');
    expect(text.slice(tr!.paramOffsets[1])).toBe('$var(c)})');
    expect(text.slice(tr!.rawOffset)).toBe('1,$var(c)})');
  });

  test.each([
    ['', 0],
    ['$', 0],
    ['$ x', 0],
    ['$var(', 4],
    ['$var()', 5],
    ['$(var(x)', 1],
    ['$(rU[])', 5],
    ['$(rU[x])', 5],
    ['$(var(s) {s.len})', 8],
    ['$(rU{})', 5],
    ['$(rU{len})', 5],
    ['$(rU{s.})', 5],
    ['$rU-x', 3],
    ['$()', 2],
    ['$(rU-y)', 4],
  ])('%j is refused at %i', (text, offset) => {
    const result = parsePv(text);
    expect(isPvError(result) && result.error.offset).toBe(offset);
  });
});

describe('format strings', () => {
  const parts = (text: string) => {
    const result = parseFormat(text);
    if (isPvError(result)) return result.error.offset;
    return result.map((part) => (typeof part === 'string' ? part : { pv: part.text }));
  };

  test.each([
    ['', []],
    ['plain', ['plain']],
    ['x$$y', ['x$y']],
    ['$rU', [{ pv: '$rU' }]],
    ['a$rU-y$(rU).x', ['a', { pv: '$rU' }, '-y', { pv: '$(rU)' }, '.x']],
    ['$rU.x', [{ pv: '$rU.x' }]],
    ['$var(x)z', [{ pv: '$var(x)' }, 'z']],
    ['$$$rU$$', ['$', { pv: '$rU' }, '$']],
    ['$avp(a)$avp(b)', [{ pv: '$avp(a)' }, { pv: '$avp(b)' }]],
    ['a $ b', 2],
    ['cost: 5$', 7],
    ['ab$var(x', 6],
  ])('%j', (text, expected) => expect(parts(text)).toEqual(expected));

  test('never throws, and the parts give the text back', () => {
    const piece = fc.constantFrom(
      '$',
      '$$',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ',',
      '.',
      'var',
      's.len',
      '*',
      ' ',
      '-1',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        const result = parseFormat(text);
        if (isPvError(result)) return result.error.offset >= 0 && result.error.offset <= text.length;
        const back = result
          .map((part) => (typeof part === 'string' ? part.replaceAll('$', '$$$$') : part.text))
          .join('');
        return back === text.replaceAll('$($)', '$$$$');
      }),
      { numRuns: 2000 },
    );
  });
});
