import { ArgumentError, int, parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import { isSpace } from '../../sip/chars.js';
import type { Textops } from './state.js';

const { fn } = entriesOf<Textops>();

/** C's order of bytes as a return code: equal 1, first greater -1, first less -2. */
function ordered(a: string, b: string): number {
  if (a === b) return 1;
  return a > b ? -1 : -2;
}

/** As C's strncmp over `n` bytes, where a text that is shorter is less. */
const prefix = (s: string, n: number): string => s.slice(0, n);

const ORDER = { '1': 'yes', '-1': 'no: the first is greater or shorter', '-2': 'no: the first is less' };

function compares(
  doc: string,
  name: string,
  compare: (a: string, b: string) => number,
  returns: Readonly<Record<string, string>> = ORDER,
): FunctionDef<Textops> {
  return fn(
    [text('text'), text('other')],
    { routes: ['ANY'], doc, example: `${name}("$rU", "bob");`, returns },
    () => (_ctx, a, b) => compare(a, b),
  );
}

const separator = parsed('separator', (word: string) => {
  if (word.length !== 1) throw new ArgumentError('invalid separator parameter');
  return word;
});

function trimmed(item: string): string {
  let start = 0;
  let end = item.length;
  while (start < end && isSpace(item.charCodeAt(start))) start++;
  while (end > start && isSpace(item.charCodeAt(end - 1))) end--;
  return item.slice(start, end);
}

function inList(doc: string, name: string, matches: (subject: string, item: string) => boolean): FunctionDef<Textops> {
  return fn(
    [text('subject'), text('list'), separator],
    { routes: ['ANY'], doc, example: `${name}("$rU", "alice, bob", ",");`, returns: { '1': 'yes', '-1': 'no' } },
    (state) => (_ctx, subject, items, between) => {
      if (subject === '') return state.error('subject cannot be empty string');
      if (items === '') return -1;
      return items.split(between).some((item) => matches(subject, trimmed(item))) ? 1 : -1;
    },
  );
}

const POSITION = { '1': 'and above: its position, counted from 1', '-1': 'not in it' };

const find = (a: string, b: string): number => (b.length > a.length ? -1 : a.indexOf(b) + 1 || -1);

export const STRINGS: Readonly<Record<string, FunctionDef<Textops>>> = {
  cmp_str: compares('Tests whether two texts are equal.', 'cmp_str', ordered),
  cmp_istr: compares('Tests whether two texts are equal but for case.', 'cmp_istr', (a, b) =>
    ordered(a.toLowerCase(), b.toLowerCase()),
  ),
  starts_with: compares('Tests whether a text starts with another.', 'starts_with', (a, b) =>
    a.length < b.length ? -1 : ordered(prefix(a, b.length), b),
  ),
  ends_with: compares('Tests whether a text ends with another.', 'ends_with', (a, b) =>
    b.length > a.length ? -1 : ordered(a.slice(a.length - b.length), b),
  ),
  str_find: compares('Finds a text in another.', 'str_find', find, POSITION),
  str_ifind: compares(
    'Finds a text in another, ignoring case.',
    'str_ifind',
    (a, b) => find(a.toLowerCase(), b.toLowerCase()),
    POSITION,
  ),
  str_any_in: {
    ...compares(
      'Tests whether a text holds any of some characters.',
      'str_any_in',
      (a, chars) => ([...a].some((c) => chars.includes(c)) ? 1 : -1),
      { '1': 'yes', '-1': 'no' },
    ),
    since: '6.x',
  },
  str_all_in: {
    ...compares(
      'Tests whether a text holds all of some characters.',
      'str_all_in',
      (a, chars) => (a !== '' && chars !== '' && [...chars].every((c) => a.includes(c)) ? 1 : -1),
      { '1': 'yes', '-1': 'no' },
    ),
    since: '6.x',
  },
  search_str: fn(
    [text('text'), text('pattern')],
    {
      routes: ['ANY'],
      doc: 'Tests whether a text matches.',
      example: 'search_str("$rU", "^b");',
      returns: { '1': 'yes', '2': 'the pattern is empty', '-1': 'no', '-2': 'no text, or not a pattern' },
    },
    (state) => (_ctx, input, source) => {
      if (source === '') return 2;
      const regex = input === '' ? null : state.regex(source);
      if (regex === null) return -2;
      return regex.test(input) ? 1 : -1;
    },
  ),
  in_list: inList('Tests whether a text is in a list.', 'in_list', (subject, item) => item === subject),
  in_list_prefix: inList(
    'Tests whether an item of a list is a prefix of a text.',
    'in_list_prefix',
    (subject, item) => item !== '' && subject.startsWith(item),
  ),
  regex_substring: fn(
    [text('text'), text('pattern'), int('index'), int('count'), parsed('result', (word: string, env) => env.pv(word))],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
      doc: 'Assigns a group of a match to a variable.',
      example: 'regex_substring("$ru", "sip:([a-z]+)@", "1", "2", "$var(x)");',
      literalOnly: true,
      returns: { '-1': 'no such group, or it is empty', '-2': 'no match' },
    },
    (state) => (ctx, input, source, index, count, result) => {
      if (index > count - 1) return state.error('matched_index cannot be bigger than match_count');
      if (result.write === undefined) {
        return state.error(`destination pseudo-variable is not writable: ${result.text} `);
      }
      const regex = state.exactRegex(source);
      if (regex === null) return -1;
      const m = regex.exec(input);
      if (m === null) return -2;
      const start = m[index * 2] ?? -1;
      const end = m[index * 2 + 1] ?? -1;
      if (start < 0 || start === end) {
        const why = start < 0 ? 'invalid offset for regular expression result' : 'Matched string is empty';
        state.host.log.warn('textops', why);
        return -1;
      }
      result.write(ctx, input.slice(start, end));
      return 1;
    },
  ),
};
