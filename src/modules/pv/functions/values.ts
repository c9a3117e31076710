import { literal, pv, text, writablePv } from '../../../registry/arguments.js';
import { Dual, isDefined } from '../../../script/value.js';
import { fn } from '../define.js';

const ANY = ['ANY'] as const;
const TRUTH = { '1': 'true', '-1': 'false, or the variable cannot be read' } as const;

/** Questions about one variable, and assignments to it. */
export const valueFunctions = {
  pv_isset: fn(
    [pv('pvar')],
    {
      routes: ANY,
      doc: 'Whether a variable has a value.',
      example: 'if (pv_isset("$avp(caller)")) xlog("$avp(caller)\\n");',
      returns: TRUTH,
    },
    () => (ctx, variable) => (isDefined(variable.read(ctx)) ? 1 : -1),
  ),
  pv_unset: fn(
    [pv('pvar')],
    {
      routes: ANY,
      doc: 'Assigns $null to a variable.',
      example: 'pv_unset("$avp(caller)");',
      returns: { '1': 'done', '-1': 'refused' },
    },
    (state) => (ctx, variable) => {
      if (variable.write?.(ctx, null)) return 1;
      state.error('failed to unset variable');
      return -1;
    },
  ),
  is_int: fn(
    [pv('pvar')],
    {
      routes: ANY,
      doc: 'Whether a variable has an integer value.',
      example: 'if (is_int("$var(n)")) $var(n) = $var(n) + 1;',
      returns: TRUTH,
    },
    () => (ctx, variable) => {
      const value = variable.read(ctx);
      return typeof value === 'number' || typeof value === 'bigint' || value instanceof Dual ? 1 : -1;
    },
  ),
  typeof: fn(
    [pv('pvar'), literal('type', 'int, null or str: the first letter counts.')],
    {
      routes: ANY,
      doc: 'Whether the value of a variable is of a type.',
      example: 'if (typeof("$avp(x)", "str")) xlog("a text\\n");',
      returns: TRUTH,
    },
    () => (ctx, variable, type) => {
      const value = variable.read(ctx);
      if (value === undefined) return -1;
      const isInt =
        typeof value === 'number' || typeof value === 'bigint' || (value instanceof Dual && value.primary === 'int');
      switch (type[0]?.toLowerCase()) {
        case 'i':
          return isInt ? 1 : -1;
        case 'n':
          return value === null ? 1 : -1;
        case 's':
          return value !== null && !isInt ? 1 : -1;
        default:
          return -1;
      }
    },
  ),
  not_empty: fn(
    [pv('pvar')],
    {
      routes: ANY,
      doc: 'Whether a variable holds text that is not empty.',
      example: 'if (not_empty("$au")) $avp(caller) = $au;',
      returns: TRUTH,
    },
    () => (ctx, variable) => {
      const value = variable.read(ctx);
      if (value instanceof Dual) return value.primary === 'string' && value.text !== '' ? 1 : -1;
      return typeof value === 'string' && value !== '' ? 1 : -1;
    },
  ),
  pv_evalx: fn(
    [writablePv('dst'), text('fmt')],
    {
      routes: ANY,
      doc: 'Evaluates a format string, evaluates what came out once more, and assigns the result.',
      example: 'pv_evalx("$var(out)", "$avp(template)");',
      literalOnly: true,
      returns: { '1': 'assigned', '-1': 'the result is not a valid format string, or the assignment was refused' },
    },
    (state) => (ctx, dst, format) => {
      try {
        if (dst.write(ctx, state.host.bindEnv.format(format)(ctx))) return 1;
        state.error('setting PV failed');
      } catch {
        // A format string made at run time may be malformed: that is the script's failure, not the server's.
        state.error('cannot eval reparsed value of second parameter');
      }
      return -1;
    },
  ),
};
