import { ArgumentError, int, parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { slotHash } from '../../shm/slot-hash.js';
import type { Cfgutils } from './state.js';

const { fn } = entriesOf<Cfgutils>();

const always = (doc: string, example: string) => ({ routes: ['ANY'], doc, example }) as const;

const percent = parsed('percent', (word: string) => {
  const n = /^\d+$/.test(word) ? Number(word) : 1000;
  if (n > 100) throw new ArgumentError(`invalid probability <${n}>`);
  return n;
});

const flagBit = parsed('flag', (word: string) => {
  if (!/^\d+$/.test(word)) throw new ArgumentError(`bad number <${word}>`);
  const n = Number(word);
  if (n > 31) throw new ArgumentError(`flag <${n}> out of range [0..31]`);
  return 1 << n;
});

function globalFlag(
  doc: string,
  example: string,
  use: (state: Cfgutils, bit: number) => boolean,
): FunctionDef<Cfgutils> {
  const info = { ...always(doc, example), literalOnly: true, returns: { '1': 'yes', '-1': 'no' } };
  return fn([flagBit], info, (state) => (_ctx, bit) => (use(state, bit) ? 1 : -1));
}

/** Waits without keeping others from their messages; below a millisecond there is nothing to wait with. */
function pause(state: Cfgutils, milliseconds: number): number | Promise<number> {
  if (milliseconds < 1) return 1;
  return new Promise((resolve) => {
    state.host.clock.after(milliseconds, () => resolve(1));
  });
}

type Use = (state: Cfgutils, ctx: ScriptContext, name: string) => number | Promise<number>;

/** One of `lock`, `unlock`, `trylock`, with one name or two. `mode` is upstream's number of it, for the log. */
function locking(name: string, mode: number, doc: string, suspends: boolean, use: Use): FunctionDef<Cfgutils>[] {
  const info = {
    ...always(doc, `${name}("$ci");`),
    suspends,
    returns: { '1': 'done', '-1': 'it is taken (`trylock`), or `lock_set_size` is 0' },
  };
  const run = (state: Cfgutils, ctx: ScriptContext, first: string, second: string): number | Promise<number> => {
    if (state.locks !== null) return use(state, ctx, first + second);
    const what = second === '' ? first : `${first} ${second}`;
    const shown = state.host.compat === '5.6' ? ` ${what}` : `[${what}]`;
    return state.error(`lock set not initialized (attempt to do op: ${mode} on:${shown}) - see param lock_set_size`);
  };
  return [
    fn([text('name')], info, (state) => (ctx, key) => run(state, ctx, key, '')),
    fn(
      [text('name'), text('more')],
      { ...info, since: '6.x' },
      (state) => (ctx, key, more) => run(state, ctx, key, more),
    ),
  ];
}

/** Writes the memory of the process, or that which its threads share, to the log, in place of upstream's lists of blocks. */
function status(name: string, what: 'private memory' | 'shared memory'): FunctionDef<Cfgutils> {
  const doc =
    what === 'private memory'
      ? 'Logs how much memory is in use; private memory is not kept apart here.'
      : 'Logs how much shared memory is in use; with a single script thread, how much memory.';
  return fn([], always(doc, `${name}();`), (state) => () => {
    const { heapUsed, heapTotal, rss } = process.memoryUsage();
    const shared = what === 'shared memory' ? state.host.zone.stats() : null;
    state.host.log.notice(
      'cfgutils',
      shared === null
        ? `${name}: heap ${heapUsed} of ${heapTotal} bytes used, ${rss} bytes resident`
        : `${name}: ${shared.used} of ${shared.bytes} bytes used, ${shared.refused} requests refused`,
    );
    return 1;
  });
}

export const FUNCTIONS: Readonly<Record<string, FunctionDef<Cfgutils> | readonly FunctionDef<Cfgutils>[]>> = {
  rand_set_prob: fn(
    [percent],
    { ...always('Sets the probability of `rand_event`, in percent.', 'rand_set_prob("4");'), literalOnly: true },
    (state) => (_ctx, n) => {
      state.probability = n;
      return 1;
    },
  ),
  rand_reset_prob: fn(
    [],
    always('Sets the probability to that of the config.', 'rand_reset_prob();'),
    (state) => () => {
      state.resetProbability();
      return 1;
    },
  ),
  rand_get_prob: fn(
    [],
    {
      ...always('Gives the probability as return code: 0 percent ends the script.', 'rand_get_prob();'),
      returns: { '0': 'and above: the probability in percent' },
    },
    (state) => () => state.probability,
  ),
  rand_event: fn(
    [],
    {
      ...always('True with the present probability.', 'if (rand_event()) { append_to_reply("X-Lucky: 1\\r\\n"); }'),
      returns: { '1': 'it happened', '-1': 'it did not' },
    },
    (state) => () => (state.draw() ? 1 : -1),
  ),
  sleep: fn(
    [int('seconds')],
    { ...always('Waits; other messages are handled meanwhile.', 'sleep("1");'), suspends: true },
    (state) => (_ctx, seconds) => pause(state, seconds * 1000),
  ),
  usleep: fn(
    [int('microseconds')],
    { ...always('Waits; other messages are handled meanwhile.', 'usleep("500000");'), suspends: true },
    (state) => (_ctx, microseconds) => pause(state, microseconds / 1000),
  ),
  abort: fn([], always('Ends the server at once, with a core dump where those are on.', 'abort();'), (state) => () => {
    state.host.log.write(-2, 'cfgutils', 'abort called');
    process.kill(process.pid, 'SIGABRT');
    return 0;
  }),
  pkg_status: status('pkg_status', 'private memory'),
  shm_status: status('shm_status', 'shared memory'),
  pkg_summary: status('pkg_summary', 'private memory'),
  shm_summary: status('shm_summary', 'shared memory'),
  set_gflag: globalFlag('Sets a flag of the server.', 'set_gflag("4");', (state, bit) => {
    state.setGflags(bit);
    return true;
  }),
  reset_gflag: globalFlag('Clears a flag of the server.', 'reset_gflag("4");', (state, bit) => {
    state.resetGflags(bit);
    return true;
  }),
  is_gflag: globalFlag('Tests a flag of the server.', 'is_gflag("4");', (state, bit) => (state.gflags & bit) !== 0),
  lock: locking('lock', 0, 'Takes a lock by name, waiting for it.', true, (state, ctx, name) => {
    return state.locks!.lock(ctx, name);
  }),
  unlock: locking('unlock', 1, 'Gives a lock back.', false, (state, _ctx, name) => {
    state.locks!.unlock(name);
    return 1;
  }),
  trylock: locking('trylock', 2, 'Takes a lock by name if it is free.', false, (state, ctx, name) => {
    return state.locks!.tryLock(ctx, name) ? 1 : -1;
  }),
  core_hash: fn(
    [text('text'), text('more'), int('bits')],
    {
      ...always('Gives a hash of one or two texts as return code.', 'core_hash("$fU", "$tU", "8");'),
      literalOnly: true,
      returns: { '1': 'and above: the slot among 2 to the power of `bits`, counted from 1' },
    },
    () => (_ctx, first, second, bits) => {
      const slots = bits <= 0 ? 2 : 2 ** (bits & 31);
      return (slotHash(first, second) & (slots - 1)) + 1;
    },
  ),
  check_route_exists: fn(
    [text('route')],
    {
      ...always('Tests whether there is a route of a name.', 'check_route_exists("RELAY");'),
      returns: { '1': 'yes', '-1': 'no' },
    },
    (state) => (_ctx, name) => (state.host.routes.find('main', name) === null ? -1 : 1),
  ),
  route_if_exists: fn(
    [text('route')],
    {
      ...always('Runs a route of a name if there is one.', 'route_if_exists("RELAY");'),
      suspends: true,
      returns: { '-1': 'there is none; else what the route returns' },
    },
    (state) => (ctx, name) => {
      const route = state.host.routes.find('main', name);
      return route === null ? -1 : route.run(ctx);
    },
  ),
};
