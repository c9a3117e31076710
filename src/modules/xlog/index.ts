import { Level } from '../../observe/log.js';
import { ArgumentError, type BindEnv, parsed } from '../../registry/arguments.js';
import { defineModule, entriesOf, type FunctionDef, type FunctionInfo } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { Dual } from '../../script/value.js';
import { checkLevelColours, colourSequence } from './colors.js';
import { isFacility, LEVEL_BY_LETTER, siteOf, Xlog } from './state.js';

const { fn, pv } = entriesOf<Xlog>();

/** A fixed level, or a variable that gives it: null, and how upstream calls what it found instead, when it does not. */
type LevelOf = (ctx: ScriptContext) => number | { readonly refused: number };

/** What upstream's flags of a value say, which its message shows. */
const FLAG_NULL = 1;
const FLAG_STRING = 4;

// The format is parsed here and not by the caller, so that records of silent levels cost nothing.
const format = parsed(
  'text',
  (text: string, env: BindEnv) => env.format(text),
  'Text with variables; brings its `\\n`',
);

const level = parsed<LevelOf>(
  'level',
  (word, env) => {
    if (word.length < 2) throw new ArgumentError('wrong log level');
    if (word.startsWith('$')) {
      const { read } = env.pv(word);
      return (ctx) => {
        const value = read(ctx);
        if (typeof value === 'number') return value;
        if (value instanceof Dual) return Number(value.int);
        return { refused: typeof value === 'string' ? FLAG_STRING : FLAG_NULL };
      };
    }
    const fixed = LEVEL_BY_LETTER[word[2] ?? ''];
    if (fixed === undefined) throw new ArgumentError('unknown log level');
    return () => fixed;
  },
  '`L_ALERT` `L_BUG` `L_CRIT` `L_ERR` `L_WARN` `L_NOTICE` `L_INFO` `L_DBG`, or a variable with its number',
);

const facility = parsed('facility', (word: string) => {
  if (!isFacility(word)) throw new ArgumentError(`invalid syslog facility ${word}`);
  return word;
});

const info = (doc: string, example: string): FunctionInfo => ({
  routes: ['ANY'],
  doc,
  example,
  literalOnly: true,
  returns: { '1': 'written, or the level is off', '-1': 'too long for `buf_size`, or no level' },
});

function fixed(name: string, at: number, withPosition = false): FunctionDef<Xlog> {
  const where = withPosition ? ', behind the line of the config' : '';
  return fn([format], info(`Logs at a fixed level${where}.`, `${name}("user $rU\\n");`), (state, site) => {
    const place = siteOf(state, site, withPosition, null);
    return (ctx, text) => state.write(ctx, at, text, place);
  });
}

/** Runs with the level that a call gives. */
function atLevel(state: Xlog, ctx: ScriptContext, of: LevelOf, use: (n: number) => number): number {
  const n = of(ctx);
  if (typeof n === 'number') return use(n);
  state.host.log.error('xlog', `invalid log level value [${n.refused}]`);
  return -1;
}

function levelled(name: string, withPosition: boolean): FunctionDef<Xlog>[] {
  const where = withPosition ? ', behind the line of the config' : '';
  return [
    fixed(name, Level.ERR, withPosition),
    fn([level, format], info(`Logs at a level${where}.`, `${name}("L_INFO", "user $rU\\n");`), (state, site) => {
      const place = siteOf(state, site, withPosition, null);
      return (ctx, of, text) => atLevel(state, ctx, of, (n) => state.write(ctx, n, text, place));
    }),
    fn(
      [facility, level, format],
      info(`Logs at a level to a syslog facility${where}.`, `${name}("LOG_LOCAL1", "L_INFO", "user $rU\\n");`),
      (state, site) => (ctx, to, of, text) =>
        atLevel(state, ctx, of, (n) => state.write(ctx, n, text, siteOf(state, site, withPosition, to))),
    ),
  ];
}

export default defineModule({
  name: 'xlog',
  doc: 'Log records written by the script, with variables in their text.',
  params: {
    buf_size: {
      type: 'int',
      default: 4096,
      min: 1,
      doc: 'Longest text of a record, in bytes; longer ones are refused.',
    },
    force_color: {
      type: 'int',
      default: 0,
      doc: '1: `$C(xy)` gives its escape sequence also when the log is no terminal.',
    },
    long_format: { type: 'int', default: 0, doc: '1: `xlogl` names the file as well.' },
    prefix: { type: 'string', default: '<script>: ', doc: 'Put in front of every text.' },
    log_facility: {
      type: 'string',
      default: null,
      doc: 'Syslog facility of script records.',
      check: (value) => (isFacility(value) ? null : `invalid syslog facility ${value}`),
    },
    log_colors: {
      type: 'list',
      value: 'string',
      doc: 'Terminal colours by level: `l_err=rx;l_info=gx`.',
      check: checkLevelColours,
      noEffect: 'records are coloured by what shows them; `$C` colours parts of a text',
    },
    methods_filter: { type: 'int', default: -1, doc: '`xlogm` is silent for these methods (bits); -1: for all.' },
    prefix_mode: { type: 'int', default: 0, doc: '1: variables in `prefix` are evaluated for each record.' },
    auto_newline: { type: 'int', default: 0, doc: '1: texts that do not end with a line break get one.' },
  },
  functions: {
    xlog: levelled('xlog', false),
    xlogl: levelled('xlogl', true),
    xdbg: fixed('xdbg', Level.DBG),
    xdbgl: fixed('xdbgl', Level.DBG, true),
    xinfo: fixed('xinfo', Level.INFO),
    xnotice: fixed('xnotice', Level.NOTICE),
    xwarn: fixed('xwarn', Level.WARN),
    xerr: fixed('xerr', Level.ERR),
    xbug: fixed('xbug', Level.BUG),
    xcrit: fixed('xcrit', Level.CRIT2),
    xalert: fixed('xalert', Level.ALERT),
    xlogm: fn(
      [level, format],
      info('Logs at a level unless `methods_filter` covers the method.', 'xlogm("L_INFO", "user $rU\\n");'),
      (state, site) => {
        const place = siteOf(state, site, false, null);
        return (ctx, of, text) => {
          if (state.methodsFilter === -1) return 1;
          const { msg } = ctx;
          const method = msg.isRequest ? msg.methodId : msg.cseq?.methodId;
          if (method === undefined) {
            state.host.log.error('xlog', 'cannot parse cseq header');
            return -1;
          }
          if (method & state.methodsFilter) return 1;
          return atLevel(state, ctx, of, (n) => state.write(ctx, n, text, place));
        };
      },
    ),
  },
  pvs: {
    C: pv({
      doc: 'Terminal colour: `$C(xy)` with a letter for the foreground (capital: bold) and one for the background.',
      inner: 'required',
      index: false,
      writable: false,
      bind: (state, inner) => {
        const sequence = colourSequence(inner?.text ?? '');
        return { read: () => (state.coloured ? sequence : '') };
      },
    }),
  },
  configure: (host, params) =>
    new Xlog(host, {
      bufSize: params.buf_size,
      longFormat: params.long_format === 1,
      prefix: params.prefix,
      prefixIsFormat: params.prefix_mode !== 0,
      autoNewline: params.auto_newline !== 0,
      facility: params.log_facility,
      methodsFilter: params.methods_filter,
      forceColour: params.force_color !== 0,
    }),
});
