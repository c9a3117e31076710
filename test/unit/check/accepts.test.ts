import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type LoadedConfig, loadConfig } from '../../../src/core/load.js';
import { MODULES } from '../../../src/modules/index.js';

type Compat = '5.6' | '6.x';
type Verdict = 'accepted' | 'wrong block' | 'wrong number' | 'unknown';

const { modules: UPSTREAM, core: CORE } = JSON.parse(
  readFileSync(new URL('./upstream-accepts.json', import.meta.url), 'utf8'),
) as {
  readonly modules: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** The kinds of blocks, and what a function must be allowed in to be called there. */
const BLOCKS: readonly (readonly [head: string, any: readonly string[]])[] = [
  ['request_route', ['REQUEST']],
  ['failure_route[F]', ['FAILURE']],
  ['onreply_route[R]', ['TM_ONREPLY', 'ONREPLY']],
  ['reply_route', ['CORE_ONREPLY', 'ONREPLY']],
  ['branch_route[B]', ['BRANCH']],
  ['onsend_route', ['ONSEND']],
  ['event_route[a:b]', ['EVENT', 'REQUEST']],
];
const MOST_ARGUMENTS = 6;

/** One way to call a function that a release has. */
interface Form {
  readonly name: string;
  readonly count: number;
  readonly routes: ReadonlySet<string>;
  readonly literal: boolean;
}

function formsOf(module: string, compat: Compat): Form[] {
  return Object.entries(UPSTREAM[module] ?? {}).flatMap(([key, said]) => {
    const [name, count] = key.split('/') as [string, string];
    const [routes, ...marks] = said.split(' | ') as [string, ...string[]];
    const old = compat === '5.6' ? marks.find((m) => m.startsWith('in 5.6 '))?.slice('in 5.6 '.length) : undefined;
    if (compat === '5.6' && marks.includes('since 6.x')) return [];
    // A word of the grammar is never looked for in modules.
    if (Object.keys(CORE).some((form) => form.startsWith(`${name}/`))) return [];
    const literal = marks.includes('literal') || (compat === '5.6' && marks.includes('literal in 5.6'));
    return [{ name, count: Number(count), routes: new Set((old ?? routes).split(' ')), literal }];
  });
}

function verdictOf(forms: readonly Form[], count: number, any: readonly string[]): Verdict {
  const fitting = forms.filter((form) => form.count === count);
  if (fitting.length === 0) return 'wrong number';
  const allowed = fitting.some(({ routes }) => routes.has('ANY') || any.some((route) => routes.has(route)));
  return allowed ? 'accepted' : 'wrong block';
}

const CODES: Readonly<Record<string, Verdict>> = {
  KTS1014: 'unknown',
  KTS1020: 'unknown',
  KTS1021: 'wrong number',
  KTS1022: 'wrong block',
  KTS1026: 'unknown',
};

/** Binds a text with a module; findings by line. */
async function bound(module: string, text: string, compat: Compat): Promise<LoadedConfig> {
  const load = [...new Set(['tm', module])].map((name) => `loadmodule "${name}.so"`).join(' ');
  return loadConfig({ file: 'a.cfg', text: `${load}\n${text}`, read: () => null, env: {}, cwd: '/', compat });
}

/** What is said otherwise than upstream does, call by call. */
async function differences(module: string, compat: Compat): Promise<{ calls: number; wrong: string[] }> {
  const forms = byName(formsOf(module, compat));
  const lines: string[] = [];
  const expected = new Map<number, { call: string; verdict: Verdict }>();
  for (const [head, any] of BLOCKS) {
    lines.push(`${head} {`);
    for (const [name, variants] of forms) {
      for (let count = 0; count <= MOST_ARGUMENTS; count++) {
        const call = `${name}(${Array.from({ length: count }, () => '"1"').join(', ')})`;
        lines.push(`${call};`);
        expected.set(lines.length + 1, { call: `${call} in ${head}`, verdict: verdictOf(variants, count, any) });
      }
    }
    lines.push('exit;', '}');
  }
  const { diagnostics } = await bound(module, lines.join('\n'), compat);
  const seen = new Map(diagnostics.flatMap((d) => (CODES[d.code] ? [[d.span.at.line, CODES[d.code]!] as const] : [])));
  const wrong = [...expected].flatMap(([line, { call, verdict }]) => {
    const ours = seen.get(line) ?? 'accepted';
    return ours === verdict ? [] : [`${call}: ${ours}, upstream: ${verdict}`];
  });
  return { calls: expected.size, wrong };
}

function byName(forms: readonly Form[]): Map<string, Form[]> {
  const names = new Map<string, Form[]>();
  for (const form of forms) names.set(form.name, [...(names.get(form.name) ?? []), form]);
  return names;
}

/** Functions that take `$var(x)` bare where upstream does not, or the reverse. */
async function literalDifferences(module: string, compat: Compat): Promise<string[]> {
  const lines: string[] = [];
  const expected = new Map<number, { call: string; literal: boolean }>();
  for (const { name, count, routes, literal } of formsOf(module, compat)) {
    const [head] = BLOCKS.find(([, any]) => routes.has('ANY') || any.some((r) => routes.has(r))) ?? [];
    if (head === undefined || count === 0) continue;
    const call = `${name}(${Array.from({ length: count }, () => '$var(x)').join(', ')})`;
    lines.push(`${head.replace(/\[\w+\]/, `[X${lines.length}]`)} { ${call}; }`);
    expected.set(lines.length + 1, { call, literal });
  }
  const { diagnostics } = await bound(module, lines.join('\n'), compat);
  const refused = new Set(diagnostics.filter((d) => d.code === 'KTS1024').map((d) => d.span.at.line));
  return [...expected].flatMap(([line, { call, literal }]) =>
    refused.has(line) === literal ? [] : [`${call}: ${literal ? 'taken' : 'refused'}, upstream not`],
  );
}

const here = Object.keys(MODULES).filter((name) => Object.hasOwn(UPSTREAM, name));

describe.each(['5.6', '6.x'] as const)('functions of %s are taken and refused as upstream does', (compat) => {
  test.each(here)('%s: number of arguments and kind of block', async (module) => {
    expect((await differences(module, compat)).wrong).toEqual([]);
  });

  test.each(here)('%s: literals only', async (module) => {
    expect(await literalDifferences(module, compat)).toEqual([]);
  });
});

/** An argument of each kind that the functions of the core take. */
const CORE_ARGUMENTS: Readonly<Record<string, string>> = {
  avp: '$f.x',
  flag: 'f',
  host: '1.2.3.4',
  'host|str|uri:host': '1.2.3.4',
  int: '1',
  'int|expr': '1',
  'int|flag': '1',
  'int|uri:port': '5060',
  proto: 'udp',
  socket: 'udp:1.2.3.4:5060',
  str: '"x"',
};

describe('functions of the core are taken and refused as upstream does', () => {
  const forms = Object.entries(CORE).map(([key, said]) => {
    const [args, routes] = said.split('@').map((part) => part.trim().split(' ').filter(Boolean)) as [
      string[],
      string[],
    ];
    return { name: key.split('/')[0]!, args: args.map((kind) => CORE_ARGUMENTS[kind]!), routes: new Set(routes) };
  });
  const errorIn = async (head: string, call: string): Promise<string | undefined> =>
    (await bound('pv', `avpflags f\n${head} { ${call}; }`, '6.x')).diagnostics.find((d) => d.severity === 'error')
      ?.code;

  test('by kind of block', async () => {
    const wrong: string[] = [];
    for (const { name, args, routes } of forms) {
      for (const [head, any] of BLOCKS) {
        const call = `${name}(${args.join(', ')})`;
        const expected = routes.has('ANY') || any.some((r) => routes.has(r)) ? undefined : 'KTS1022';
        const found = await errorIn(head, call);
        if (found !== expected) wrong.push(`${call} in ${head}: ${found}, upstream: ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('by number of arguments', async () => {
    const wrong: string[] = [];
    for (const { name, args } of forms) {
      const more = [...args, '"1"'];
      if (Object.hasOwn(CORE, `${name}/${more.length}`)) continue;
      if ((await errorIn('request_route', `${name}(${more.join(', ')})`)) === undefined) wrong.push(`${name}(${more})`);
    }
    expect(wrong).toEqual([]);
  });
});
