import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Compat, type ParseResult, parseConfig } from '../../../grammar/parse.js';

/** Cases observed on the real 5.6.3; see appendix C of the language reference. */
interface Case {
  readonly id: string;
  readonly kind: 'route' | 'cfg';
  readonly script: string;
  readonly pre?: string;
  readonly post?: string;
  readonly globals?: string;
  readonly modules?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly expect_exit?: number;
  readonly expect_core_log?: readonly string[];
}

const REFERENCE = fileURLToPath(new URL('../../../../shared/reference', import.meta.url));
const present = existsSync(`${REFERENCE}/language-cases.json`);
const load = (name: string) => (present ? JSON.parse(readFileSync(`${REFERENCE}/${name}`, 'utf8')) : []);
const cases = load('language-cases.json') as Case[];
const meta = load('language-cases.meta.json') as { default_globals: string; default_modules: string };

/** Refused by the preprocessor or inside a token, without the words "syntax error". */
const REFUSED_BY_THE_LEXER = [
  ...['p.def.dash', 'p.endif.missing', 'p.endif.extra', 'p.endif.noeol', 'p.ifexp', 'p.defenv.missing'],
  ...['p.include.missing', 'p.include.sq', 'p.include.define', 'l.pv.newline'],
];
/** What the current version has on top of 5.6, by the observations on it. */
const ACCEPTED_SINCE = [
  ...['p.ifexp', 'p.defexp.types', 'p.markers', 'g.domain56', 'g.socket56', 'g.lm.paren', 'g.return_mode'],
];
const REFUSED_SINCE = ['p.ifexp563'];

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

function run(item: Case, compat: Compat): ParseResult {
  const { globals = meta.default_globals, modules = meta.default_modules, pre = '', post = '', files = {} } = item;
  const text =
    item.kind === 'cfg' ? item.script : `${globals}${modules}${pre}\nrequest_route {\n${item.script}\n}\n${post}`;
  const defines = new Map<string, string | null>();
  const args = item.args ?? [];
  for (const [n, arg] of args.entries()) {
    if (arg !== '-A') continue;
    const [, name, value] = /^([^=]+)(?:=(.*))?$/s.exec(args[n + 1]!)!;
    defines.set(name!, value ?? null);
  }
  const read = (path: string) => (files[path] === undefined ? null : latin1(files[path]));
  return parseConfig({ file: 'case.cfg', text: latin1(text), cwd: '', env: item.env ?? {}, defines, compat, read });
}

const errorsOf = (result: ParseResult) => result.diagnostics.filter(({ severity }) => severity === 'error');
const isSyntaxError = (item: Case) => item.expect_core_log?.some((line) => line.includes('syntax error')) ?? false;

function refusedBy(compat: Compat, item: Case): boolean {
  if (compat === '6.x' && REFUSED_SINCE.includes(item.id)) return true;
  if (compat === '6.x' && ACCEPTED_SINCE.includes(item.id)) return false;
  return isSyntaxError(item) || REFUSED_BY_THE_LEXER.includes(item.id);
}

describe.skipIf(!present).each(['5.6', '6.x'] as const)('the cases of the reference, as %s', (compat) => {
  test('the cases are there', () => {
    expect(cases.length).toBeGreaterThan(1000);
    expect(cases.filter(isSyntaxError).length).toBeGreaterThan(80);
  });

  test('what is accepted has no errors', () => {
    const wrong = cases
      .filter((item) => !refusedBy(compat, item))
      .map((item) => [item.id, errorsOf(run(item, compat)).map(({ code, title }) => `${code} ${title}`)] as const)
      .filter(([, errors]) => errors.length > 0);
    expect(wrong).toEqual([]);
  });

  test('what is refused has an error', () => {
    const wrong = cases.filter((item) => refusedBy(compat, item) && errorsOf(run(item, compat)).length === 0);
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test('one mistake gives one error', () => {
    // These hold two mistakes each.
    const two = new Set(['p.defexp', 'r.name.dash', 'r.name.kw', 'p.ifexp']);
    const wrong = cases
      .filter((item) => isSyntaxError(item) && !two.has(item.id))
      .map((item) => [item.id, errorsOf(run(item, compat)).length] as const)
      .filter(([, count]) => count > 1);
    expect(wrong).toEqual([]);
  });

  test('the error is on the line where the mistake is', () => {
    for (const [id, line] of [
      ['l.exprstmt', 26],
      ['l.block.bare', 26],
      ['g.neg2', 24],
      ['r.reply.named', 28],
      ['r.name.kw', 26],
    ] as const) {
      const item = cases.find((candidate) => candidate.id === id)!;
      expect([id, errorsOf(run(item, compat))[0]?.span.at.line]).toEqual([id, line]);
    }
  });
});
