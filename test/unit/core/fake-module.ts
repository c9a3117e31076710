import {
  ArgumentError,
  int,
  literal,
  literalInt,
  oneOf,
  optional,
  parsed,
  pv,
  regex,
  route,
  text,
  value,
  writablePv,
} from '../../../src/registry/arguments.js';
import { ConfigError, defineModule, entriesOf, type ModuleDef } from '../../../src/registry/module.js';
import type { ScriptContext } from '../../../src/script/context.js';
import { toPrinted, toText, type Value } from '../../../src/script/value.js';

/** What scripts of tests do and leave behind. */
export class Fake {
  /** Everything `say()` was given, in order. */
  readonly said: string[] = [];
  readonly #held = new Map<string, (code: number | Error) => void>();

  hold(name: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#held.set(name, (code) => (typeof code === 'number' ? resolve(code) : reject(code)));
    });
  }

  /** Lets a `hold(name)` go on with a return code, or fail. */
  async release(name: string, code: number | Error = 1): Promise<void> {
    const go = this.#held.get(name);
    if (!go) throw new Error(`nothing is held as ${name}`);
    this.#held.delete(name);
    go(code);
    // All that follows without further waiting happens now.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const { fn, pv: anyPv, readPv, transformation } = entriesOf<Fake>();
const ANY = { routes: ['ANY'], doc: 'For tests.' } as const;
const SLOW = { ...ANY, suspends: true } as const;
const ok = () => () => 1;

/** A module with one function for each kind of argument, some that wait, some that fail. */
export const fakeModule = defineModule({
  name: 'fake',
  doc: 'For tests.',
  params: {
    count: { type: 'int', default: 3, min: 0, max: 10, doc: 'A bounded number.' },
    name: { type: 'string', default: null, doc: 'A text.', check: (v) => (v === '' ? 'must not be empty' : null) },
    each: { type: 'list', value: 'string', doc: 'Collects.' },
    either: { type: 'int|string', default: null, doc: 'Takes both.' },
    refuse: { type: 'string', default: null, doc: 'Makes the module refuse.' },
  },
  functions: {
    later: fn([route('block', 'failure')], ANY, () => () => 1),
    say: fn([text('text')], ANY, (fake) => (_ctx, line) => {
      fake.said.push(line);
      return 1;
    }),
    code: fn([int('code')], ANY, () => (_ctx, n) => n),
    show: fn([value('value')], ANY, (fake) => (_ctx, v) => {
      fake.said.push(`${v === null || v === undefined ? v : typeof v}:${toText(v)}`);
      return 1;
    }),
    hold: fn([text('name')], SLOW, (fake) => (_ctx, name) => fake.hold(name)),
    soon: fn([value('code')], SLOW, () => async (_ctx, code) => Number(toText(code))),
    /** Marked as one that may wait, and never does. */
    maybe: fn([int('code')], SLOW, () => (_ctx, n) => n),
    boom: fn([], ANY, () => () => {
      throw new Error('boom');
    }),
    boom_later: fn([], SLOW, () => async () => {
      throw new Error('boom later');
    }),
    on_failure_only: fn([], { ...ANY, routes: ['FAILURE'] }, ok),
    on_request_only: fn([], { ...ANY, routes: ['REQUEST'] }, ok),
    pick: fn([oneOf('colour', ['red', 'green'])], ANY, ok),
    matches: fn([regex('pattern'), text('text')], ANY, () => (_ctx, re, line) => (re.test(line) ? 1 : -1)),
    fixed: fn([literal('text')], ANY, (fake) => (_ctx, line) => {
      fake.said.push(line);
      return 1;
    }),
    fixed_number: fn([literalInt('n')], ANY, ok),
    even: fn(
      [
        parsed('n', (word: string): number => {
          if (Number(word) % 2 !== 0) throw new ArgumentError('must be even');
          return Number(word);
        }),
      ],
      ANY,
      ok,
    ),
    read_pv: fn([pv('pv')], ANY, (fake) => (ctx, v) => {
      fake.said.push(toPrinted(v.read(ctx)));
      return 1;
    }),
    write_pv: fn([writablePv('pv')], ANY, () => (ctx, v) => (v.write(ctx, 'written') ? 1 : -1)),
    two_or_three: fn([int('a'), int('b'), optional(int('c'))], ANY, () => (_ctx, a, b, c) => a + b + (c ?? 0)),
    newer: fn([], { ...ANY, since: '6.x' }, ok),
    run: fn([text('route')], SLOW, (fake) => (ctx, name) => runRoute(fake, ctx, name)),
  },
  pvs: {
    fixed: readPv('Always the same.', () => () => 'text'),
    failing: readPv('A read that fails.', () => () => undefined),
    slot: anyPv({
      doc: 'Needs a name, takes an index.',
      inner: 'required',
      index: true,
      writable: true,
      bind: (_fake, inner) => {
        if (inner?.text === 'bad') throw new ArgumentError('no such slot');
        let kept: Value = null;
        return {
          read: () => kept,
          write: (_ctx, v) => {
            kept = v;
            return true;
          },
        };
      },
    }),
  },
  transformations: {
    fk: {
      twice: transformation({
        doc: 'The text two times.',
        params: [0, 0],
        bind: () => (_ctx, v) => toText(v) + toText(v),
      }),
      cut: transformation({
        doc: 'The first characters.',
        params: [1, 2],
        bind:
          (_fake, [n]) =>
          (ctx, v) =>
            toText(v).slice(0, n?.kind === 'pv' ? Number(toText(n.read(ctx))) : Number(n?.text)),
      }),
    },
  },
  configure: (host, params) => {
    if (params.refuse !== null) throw new ConfigError(`cannot have ${params.refuse}`, 'refuse');
    const fake = new Fake();
    routesOf.set(fake, (ctx, name) => host.routes.find('main', name)?.run(ctx) ?? -1);
    return fake;
  },
}) as unknown as ModuleDef;

type Runner = (ctx: ScriptContext, name: string) => number | Promise<number>;
const routesOf = new WeakMap<Fake, Runner>();
const runRoute = (fake: Fake, ctx: ScriptContext, name: string) => routesOf.get(fake)!(ctx, name);

/** Builds on a module that tests do or do not load. */
/** Carries the name of an upstream module, and has nothing of what upstream's exports. */
export const partialModule = defineModule({
  name: 'misctest',
  doc: 'For tests.',
  configure: () => null,
}) as unknown as ModuleDef;

export const dependentModule = defineModule({
  name: 'dependent',
  doc: 'For tests.',
  depends: ['fake'],
  params: { count: { type: 'int', default: 1, doc: 'Also in module fake.' } },
  configure: () => null,
}) as unknown as ModuleDef;
