import { randomUUID } from 'node:crypto';
import { entriesOf, type PvDef } from '../registry/module.js';
import { OPERATION_CODES, ROUTE_PARAMS } from '../script/async-statements.js';
import { resolveSelect } from '../script/selects/resolve.js';
import { Dual, parseInteger, type Value } from '../script/value.js';
import type { CoreState } from './state.js';

const { pv, readPv } = entriesOf<CoreState>();

const returnCode = readPv('The return code of the last function or route.', () => (ctx) => ctx.rc);

/** `$env(NAME)`: fixed when the server starts, as upstream's is in practice. */
function environment(doc: string, convert: (text: string) => Value): PvDef<CoreState> {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (core, inner) => ({
      read: (ctx) => {
        const value = core.env[inner!.format(ctx)];
        return value === undefined ? null : convert(Buffer.from(value).toString('latin1'));
      },
    }),
  });
}

/** `$def(NAME)`: the value of a `#!define`. */
function define(
  doc: string,
  convert: (value: string) => string | number | null,
  absent: '' | 0 | null,
): PvDef<CoreState> {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (core, inner) => {
      const value = core.define(inner!.text);
      const text = value === undefined || value === null ? absent : convert(value);
      return { read: () => text };
    },
  });
}

/** Pseudo-variables that exist without module pv. */
export const CORE_PVS: Readonly<Record<string, PvDef<CoreState>>> = {
  rc: returnCode,
  retcode: returnCode,
  '?': returnCode,
  null: readPv('Undefined.', () => () => null),
  async_rc: pv({
    doc: 'In the resume route of async(): the code of its operation with that number, 0 first; undefined elsewhere.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (_core, inner) => ({
      read: (ctx) => (ctx.scratch?.get(OPERATION_CODES) as number[] | undefined)?.[Number(inner!.format(ctx))] ?? null,
    }),
  }),
  param: pv({
    doc: 'In the report route of launch(): its parameter, `$param(1)`; undefined elsewhere.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (_core, inner) => ({
      read: (ctx) => (ctx.scratch?.get(ROUTE_PARAMS) as string[] | undefined)?.[Number(inner!.format(ctx)) - 1] ?? null,
    }),
  }),
  iuid: { ...readPv('A new unique id at each read.', () => () => randomUUID()), since: '6.x' },
  env: environment('An environment variable; undefined when unset.', (text) => text),
  envn: environment(
    'An environment variable, as an integer where one is wanted; undefined when unset.',
    (text) => new Dual(Number(parseInteger(text, 32) ?? 0), text, 'int'),
  ),
  def: define('The value of a define; undefined when there is none.', (v) => v, null),
  defn: define('The value of a define as a number; 0 when it has none.', (v) => Number(v) || 0, 0),
  defv: define(
    'The value of a define without its quotes; undefined when there is none.',
    (v) => v.replace(/^"(.*)"$/s, '$1'),
    null,
  ),
  defs: define('The value of a define; empty when it is not defined.', (v) => v, ''),
  // `@a.b.c` in the config.
  '@': pv({
    doc: 'A select.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (core, inner) => {
      const select = resolveSelect(inner!.text, core.host);
      if ('read' in select) return { read: select.read };
      core.host.log.error('<core>', select.error);
      return { read: () => undefined };
    },
  }),
  // `%name` in the config: an AVP that assignment replaces.
  '%': pv({
    doc: 'An attribute of the SER days: an AVP that assignment replaces.',
    inner: 'required',
    index: false,
    writable: true,
    bind: (_core, inner) => {
      const name = inner!.text;
      return {
        read: (ctx) => ctx.attrs.get(name),
        write(ctx, value) {
          ctx.attrs.set(name, value);
          return true;
        },
      };
    },
  }),
};
