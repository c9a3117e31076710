import { int, text, writablePv } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { Kex } from './state.js';

const { fn } = entriesOf<Kex>();

const flag = int('flag', '0 to 31');
const branch = int('branch', '0: the Request-URI’s own, 1: the first further one');

const isFlag = (n: number): boolean => n >= 0 && n <= 31;

/** One of `setsflag`, `resetsflag`, `issflagset`. */
function scriptFlag(doc: string, example: string, use: (ctx: ScriptContext, bit: number) => boolean): FunctionDef<Kex> {
  return fn([flag], { routes: ['ANY'], doc, example, returns: { '-1': 'no, or not 0 to 31' } }, () => (ctx, n) => {
    return isFlag(n) && use(ctx, 1 << n) ? 1 : -1;
  });
}

/** The new value of a branch's flags, or the old one; whether the function is true. */
type Change = (flags: number, bit: number) => { readonly flags: number; readonly result: boolean };

/** One of `setbflag`, `resetbflag`, `isbflagset`: over the Request-URI's branch or a numbered one. */
function branchFlag(doc: string, name: string, change: Change): FunctionDef<Kex>[] {
  const use = (ctx: ScriptContext, n: number, at: number): number => {
    const { msg } = ctx;
    if (!isFlag(n) || at < 0) return -1;
    if (at === 0) {
      const { flags, result } = change(msg.bflags, 1 << n);
      msg.bflags = flags;
      return result ? 1 : -1;
    }
    const target = msg.otherBranches[at - 1];
    if (target === undefined) return -1;
    const { flags, result } = change(target.flags, 1 << n);
    target.flags = flags;
    return result ? 1 : -1;
  };
  const returns = { '-1': 'no, not 0 to 31, or no such branch' };
  return [
    fn([flag], { routes: ['ANY'], doc, example: `${name}("3");`, returns }, () => (ctx, n) => use(ctx, n, 0)),
    fn([flag, branch], { routes: ['ANY'], doc, example: `${name}("3", "1");`, returns }, () => use),
  ];
}

/** `pv_printf` and its old name. */
function print(name: string): FunctionDef<Kex> {
  return fn(
    [writablePv('variable'), text('text')],
    {
      routes: ['ANY'],
      doc: 'Assigns a text with variables in it to a variable.',
      example: `${name}("$var(x)", "user $rU");`,
      literalOnly: true,
      returns: { '-1': 'the variable refused it' },
    },
    (state) => (ctx, variable, value) => {
      if (variable.write(ctx, value)) return 1;
      state.host.log.error('kex', 'setting PV failed');
      return -1;
    },
  );
}

export const FUNCTIONS: Readonly<Record<string, FunctionDef<Kex> | readonly FunctionDef<Kex>[]>> = {
  setsflag: scriptFlag('Sets a script flag.', 'setsflag("3");', (ctx, bit) => {
    ctx.sflags |= bit;
    return true;
  }),
  resetsflag: scriptFlag('Clears a script flag.', 'resetsflag("3");', (ctx, bit) => {
    ctx.sflags &= ~bit;
    return true;
  }),
  issflagset: scriptFlag('Tests a script flag.', 'issflagset("3");', (ctx, bit) => (ctx.sflags & bit) !== 0),
  setbflag: branchFlag('Sets a branch flag.', 'setbflag', (flags, bit) => ({ flags: flags | bit, result: true })),
  resetbflag: branchFlag('Clears a branch flag.', 'resetbflag', (flags, bit) => ({
    flags: flags & ~bit,
    result: true,
  })),
  isbflagset: branchFlag('Tests a branch flag.', 'isbflagset', (flags, bit) => ({
    flags,
    result: (flags & bit) !== 0,
  })),
  setdsturi: fn(
    [text('uri')],
    { routes: ['ANY'], doc: 'Sets the next hop, `$du`.', example: 'setdsturi("sip:127.0.0.1:5080");' },
    () => (ctx, uri) => {
      ctx.msg.dstUri = uri;
      return 1;
    },
  ),
  resetdsturi: fn(
    [],
    { routes: ['ANY'], doc: 'Clears the next hop, `$du`.', example: 'resetdsturi();' },
    () => (ctx) => {
      ctx.msg.dstUri = '';
      return 1;
    },
  ),
  isdsturiset: fn(
    [],
    { routes: ['ANY'], doc: 'Tests whether a next hop is set.', example: 'isdsturiset();' },
    () => (ctx) => (ctx.msg.dstUri === '' ? -1 : 1),
  ),
  pv_printf: print('pv_printf'),
  avp_printf: print('avp_printf'),
  is_myself: fn(
    [text('uri', 'a SIP URI, or a host')],
    {
      routes: ['ANY'],
      doc: 'Tests whether a URI or host is this server.',
      example: 'is_myself("sip:127.0.0.1:5060");',
      returns: { '-1': 'no, or not a URI' },
    },
    (state) => (_ctx, uri) => state.isMyself(uri),
  ),
  is_myhost: fn(
    [text('uri', 'a SIP URI, or a host')],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Tests whether a host is this server, on any port.',
      example: 'is_myhost("127.0.0.1");',
    },
    (state) => (_ctx, host) => state.isMyHost(host),
  ),
  setdebug: fn(
    [int('level')],
    { routes: ['ANY'], doc: 'Sets the log level of this script thread.', example: 'setdebug("2");' },
    (state) => (_ctx, level) => {
      state.setLevel(level);
      return 1;
    },
  ),
  resetdebug: fn(
    [],
    { routes: ['ANY'], doc: 'Goes back to the server’s log level.', example: 'resetdebug();' },
    (state) => () => {
      state.setLevel(null);
      return 1;
    },
  ),
};
