import { Level } from '../../../observe/log.js';
import { ArgumentError, type BoundPv, int, parsed, text } from '../../../registry/arguments.js';
import { type Attributes, type Stored, XavpList, type XavpValue } from '../../../script/attributes.js';
import { fn } from '../define.js';
import { parseParamList } from '../param-list.js';
import { type PvState, SOURCE } from '../state.js';
import { findSocket } from '../variables/network.js';

const ANY = ['ANY'] as const;
const DONE = { '1': 'done', '-1': 'failed' } as const;

/** The variable that a literal names, for functions that take it as plain text. */
const output = parsed(
  'varname',
  (name, env): BoundPv & Required<Pick<BoundPv, 'write'>> => {
    const bound = env.pv(name);
    if (bound.write === undefined) throw new ArgumentError(`read only output variable [${name}]`);
    return bound as BoundPv & Required<Pick<BoundPv, 'write'>>;
  },
  'Name of a writable variable, in quotes.',
);

/** The entries of a parameter list with its last separator taken off; null when it is empty or malformed. */
function entries(state: PvState, params: string, separator: string) {
  const list = parseParamList(params.endsWith(';') ? params.slice(0, -1) : params, separator, (m) => state.error(m));
  return list === null || list.length === 0 ? null : list;
}

/** Pushes a root whose fields stand in the order of the list. */
function explode(state: PvState, attrs: Attributes, params: string, separator: string, name: string): number {
  if (params === '' || name === '' || separator === '') {
    state.error('invalid parameters');
    return -1;
  }
  const list = entries(state, params, separator[0]!);
  if (list === null) return -1;
  const fields = new XavpList();
  for (const { name: field, value } of list) fields.append(field, value ?? '');
  attrs.xavps.push(name, fields);
  return 1;
}

function implode(items: Iterable<readonly [string, XavpValue]>, quote: string): string {
  let out = '';
  for (const [name, value] of items) {
    if (value instanceof XavpList) continue;
    out +=
      typeof value === 'string'
        ? value === ''
          ? `${name};`
          : `${name}=${quote}${value}${quote};`
        : `${name}=${value};`;
  }
  return out;
}

function implodeXavp(example: string, doc: string, quote: string, since?: '6.x') {
  return fn(
    [text('xname'), output],
    { routes: ANY, doc, example, since, returns: { '1': 'assigned', '-1': 'no such xavp, or it has no fields' } },
    (state) => (ctx, name, variable) => {
      const root = ctx.attrs.xavps.get(name);
      if (!(root instanceof XavpList)) return -1;
      const out = implode(
        root.items().map((item) => [item.name, item.value] as const),
        quote,
      );
      if (out === '') return -1;
      if (variable.write(ctx, out)) return 1;
      state.error(`setting PV failed [${variable.text}]`);
      return -1;
    },
  );
}

/** Sets a field of the newest root of a name, as its newest field; a root that is no list gives way to one. */
function setChild(root: XavpList, name: string, field: string, value: Stored): void {
  let list = root.get(name);
  if (!(list instanceof XavpList)) {
    root.remove(name);
    list = new XavpList(root.ignoreCase);
    root.push(name, list);
  }
  list.remove(field);
  list.push(field, value);
}

/** The functions that exist for `$xavp` and `$xavi` alike. */
function family(prefix: 'xavp' | 'xavi', rootOf: (attrs: Attributes) => XavpList) {
  return {
    [`${prefix}_child_seti`]: fn(
      [text('rname'), text('cname'), int('value')],
      {
        routes: ANY,
        doc: `Sets a field of a $${prefix} to an integer.`,
        example: `${prefix}_child_seti("call", "retries", "3");`,
        returns: DONE,
      },
      () => (ctx, name, field, value) => {
        setChild(rootOf(ctx.attrs), name, field, value);
        return 1;
      },
    ),
    [`${prefix}_child_sets`]: fn(
      [text('rname'), text('cname'), text('value')],
      {
        routes: ANY,
        doc: `Sets a field of a $${prefix} to a text.`,
        example: `${prefix}_child_sets("call", "from", "$fu");`,
        returns: DONE,
      },
      () => (ctx, name, field, value) => {
        setChild(rootOf(ctx.attrs), name, field, value);
        return 1;
      },
    ),
    [`${prefix}_rm`]: fn(
      [text('rname')],
      {
        routes: ANY,
        doc: `Removes the newest $${prefix} of a name.`,
        example: `${prefix}_rm("call");`,
        returns: { '1': 'done, also when there was none' },
      },
      () => (ctx, name) => {
        rootOf(ctx.attrs).remove(name);
        return 1;
      },
    ),
    [`${prefix}_rm_all`]: fn(
      [text('rname')],
      {
        routes: ANY,
        since: '6.x',
        doc: `Removes every $${prefix} of a name.`,
        example: `${prefix}_rm_all("call");`,
        returns: { '>0': 'how many were removed, at least 1' },
      },
      () => (ctx, name) => rootOf(ctx.attrs).removeAll(name) || 1,
    ),
    [`${prefix}_child_rm`]: fn(
      [text('rname'), text('cname')],
      {
        routes: ANY,
        doc: `Removes the newest value of a field of a $${prefix}.`,
        example: `${prefix}_child_rm("call", "from");`,
        returns: { '1': 'done, also when there was none' },
      },
      () => (ctx, name, field) => {
        const list = rootOf(ctx.attrs).get(name);
        if (list instanceof XavpList) list.remove(field);
        return 1;
      },
    ),
    [`pv_${prefix}_print`]: fn(
      [],
      { routes: ANY, doc: `Logs all of $${prefix} at level info.`, example: `pv_${prefix}_print();` },
      (state) => (ctx) => {
        print(state, prefix.toUpperCase(), rootOf(ctx.attrs), 0);
        return 1;
      },
    ),
  };
}

function print(state: PvState, kind: string, list: XavpList, level: number): void {
  const info = (line: string): void => state.host.log.write(Level.INFO, SOURCE, line);
  info(`+++++ start ${kind} list (level=${level})`);
  for (const { name, value } of list.items()) {
    info(`     *** (l:${level}) ${kind} name: ${name}`);
    if (value instanceof XavpList) {
      info(`     ${kind} value: <xavp>`);
      print(state, kind, value, level + 1);
    } else info(`     ${kind} value (${typeof value === 'string' ? 'str' : 'long'}): ${value}`);
    info(`     *** (l:${level}) end`);
  }
  info(`----- end ${kind} list (level=${level})`);
}

/** Copies `$xavp(src[i])` to another name: at the end of its stack, or in the place of one of its values. */
function copy(
  state: PvState,
  attrs: Attributes,
  source: string,
  index: number,
  target: string,
  at: number | null,
): number {
  const value = attrs.xavps.get(source, index);
  if (value === undefined) {
    state.error(`missing can not find source xavp [${source}]`);
    return -1;
  }
  const cloned = value instanceof XavpList ? value.clone() : value;
  if (at === null) attrs.xavps.append(target, cloned);
  else if (!attrs.xavps.set(target, at, cloned)) {
    state.error(`xavp_copy: missing can not find destination xavp [${target}]`);
    return -1;
  }
  return 1;
}

const COPY_DOC = 'Copies a $xavp to another name.';

/** Functions on attributes with fields. */
export const xavpFunctions = {
  ...family('xavp', (a) => a.xavps),
  ...family('xavi', (a) => a.xavis),
  pv_xavu_print: fn(
    [],
    { routes: ANY, doc: 'Logs all of $xavu at level info.', example: 'pv_xavu_print();' },
    (state) => (ctx) => {
      const shown = new XavpList();
      for (const [name, value] of ctx.attrs.xavus) {
        const fields = value instanceof Map ? new XavpList() : value;
        if (value instanceof Map && fields instanceof XavpList) for (const [n, v] of value) fields.append(n, v);
        shown.append(name, fields as XavpValue);
      }
      print(state, 'XAVU', shown, 0);
      return 1;
    },
  ),
  xavp_copy: [
    fn(
      [text('src'), int('index'), text('dst')],
      { routes: ANY, doc: COPY_DOC, example: 'xavp_copy("call", 0, "saved");', returns: DONE },
      (state) => (ctx, src, index, dst) => copy(state, ctx.attrs, src, index, dst, null),
    ),
    fn(
      [text('src'), int('index'), text('dst'), int('dst_index')],
      {
        routes: ANY,
        doc: `${COPY_DOC} Replaces the value at an index.`,
        example: 'xavp_copy("call", 0, "saved", 1);',
        returns: DONE,
      },
      (state) => (ctx, src, index, dst, at) => copy(state, ctx.attrs, src, index, dst, at),
    ),
  ],
  xavp_slist_explode: fn(
    [text('slist'), text('sep', 'Every character of it separates.'), text('mode', '"t" trims blanks.'), text('xname')],
    {
      routes: ANY,
      doc: 'Splits a text into fields named v of a new $xavp.',
      example: 'xavp_slist_explode("a,b,c", ",", "t", "list");',
      returns: DONE,
    },
    (state) => (ctx, list, separators, mode, name) => {
      if (list === '' || separators === '' || name === '') {
        state.error('invalid parameters');
        return -1;
      }
      const fields = new XavpList();
      let from = 0;
      for (let i = 0; i <= list.length; i++) {
        if (i < list.length && !separators.includes(list[i]!)) continue;
        const piece = list.slice(from, i);
        const item = mode.startsWith('t') ? piece.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') : piece;
        if (item !== '') fields.append('v', item);
        from = i + 1;
      }
      ctx.attrs.xavps.push(name, fields);
      return 1;
    },
  ),
  xavp_params_explode: fn(
    [text('sparams'), text('xname')],
    {
      routes: ANY,
      doc: 'Makes a new $xavp of a parameter list: a=1;b=2.',
      example: 'xavp_params_explode("a=1;b=2", "params");',
      returns: DONE,
    },
    (state) => (ctx, params, name) => explode(state, ctx.attrs, params, ';', name),
  ),
  xavp_xparams_explode: fn(
    [text('sparams'), text('sep'), text('xname')],
    {
      routes: ANY,
      since: '6.x',
      doc: 'Makes a new $xavp of a parameter list with another separator.',
      example: 'xavp_xparams_explode("a=1,b=2", ",", "params");',
      returns: DONE,
    },
    (state) => (ctx, params, separator, name) => explode(state, ctx.attrs, params, separator, name),
  ),
  xavp_params_implode: implodeXavp(
    'xavp_params_implode("params", "$var(out)");',
    'Writes the fields of a $xavp as a parameter list: a=1;b=2;',
    '',
  ),
  xavp_params_implode_qval: implodeXavp(
    'xavp_params_implode_qval("params", "$var(out)");',
    'Writes the fields of a $xavp as a parameter list with quoted texts: a="1";',
    '"',
    '6.x',
  ),
  xavu_params_explode: fn(
    [text('sparams'), text('xname')],
    {
      routes: ANY,
      doc: 'Sets a $xavu from a parameter list.',
      example: 'xavu_params_explode("a=1;b=2", "params");',
      returns: DONE,
    },
    (state) => (ctx, params, name) => {
      const list = params === '' || name === '' ? null : entries(state, params, ';');
      if (list === null) return -1;
      // A repeated name means its first value: upstream fills the list from its end.
      ctx.attrs.xavus.set(name, new Map(list.reverse().map((p) => [p.name, p.value ?? ''])));
      return 1;
    },
  ),
  xavu_params_implode: fn(
    [text('xname'), output],
    {
      routes: ANY,
      doc: 'Writes the fields of a $xavu as a parameter list.',
      example: 'xavu_params_implode("params", "$var(out)");',
      returns: DONE,
    },
    (state) => (ctx, name, variable) => {
      const root = ctx.attrs.xavus.get(name);
      // 5.6.3 never finds the fields.
      const out = root instanceof Map && !state.is56 ? implode([...root].reverse(), '') : '';
      if (out === '') return -1;
      if (variable.write(ctx, out)) return 1;
      state.error(`setting PV failed [${variable.text}]`);
      return -1;
    },
  ),
  xavp_lshift: fn(
    [text('xname'), int('idx')],
    {
      routes: ANY,
      since: '6.x',
      doc: 'Moves the first idx values of a $xavp behind its others.',
      example: 'xavp_lshift("targets", "1");',
      returns: { '1': 'done', '-2': 'no such xavp' },
    },
    () => (ctx, name, by) => {
      const values = ctx.attrs.xavps.all(name);
      if (by === 0) return 1;
      if (values.length === 0) return -2;
      const n = ((by % values.length) + values.length) % values.length;
      const rotated = [...values.slice(n), ...values.slice(0, n)];
      for (const [i, value] of rotated.entries()) ctx.attrs.xavps.set(name, i, value);
      return 1;
    },
  ),
  xavp_push_dst: fn(
    [text('xname')],
    {
      routes: ['REQUEST', 'FAILURE', 'BRANCH'],
      since: '6.x',
      doc: 'Sets Request-URI, destination and socket from the fields uri, dsturi and socket of a $xavp.',
      example: 'xavp_push_dst("targets");',
      returns: { '1': 'done', '-1': 'no such xavp, or it has no fields' },
    },
    (state) => (ctx, name) => {
      const root = ctx.attrs.xavps.get(name);
      if (!(root instanceof XavpList)) return -1;
      const uri = root.get('uri');
      const dst = root.get('dsturi');
      const socket = root.get('socket');
      if (typeof uri === 'string') ctx.msg.newUri = uri;
      if (typeof dst === 'string') ctx.msg.dstUri = dst;
      if (typeof socket === 'string') ctx.msg.forceSocket = findSocket(state, socket) ?? ctx.msg.forceSocket;
      return 1;
    },
  ),
  pv_var_to_xavp: fn(
    [text('varname', 'Name of a $var, or * for all.'), text('xname')],
    {
      routes: ANY,
      doc: 'Copies script variables to fields of a $xavp.',
      example: 'pv_var_to_xavp("*", "saved");',
      returns: DONE,
    },
    (state) => (ctx, variable, name) => {
      const { vars } = state;
      const { xavps } = ctx.attrs;
      xavps.removeAll(name);
      if (variable !== '*') {
        const slot = vars.find(variable);
        if (slot === undefined) {
          state.error(`script var [${variable}] not found`);
          return -1;
        }
        setChild(xavps, name, variable, vars.get(slot) ?? 0);
        return 1;
      }
      const fields = new XavpList();
      for (const each of vars.names()) {
        const value = vars.get(vars.slot(each)) ?? 0;
        if (value !== '') fields.push(each, value);
      }
      if (fields.size > 0) xavps.push(name, fields);
      return 1;
    },
  ),
  pv_xavp_to_var: fn(
    [text('xname')],
    {
      routes: ANY,
      doc: 'Copies the fields of a $xavp to script variables.',
      example: 'pv_xavp_to_var("saved");',
      returns: DONE,
    },
    (state) => (ctx, name) => {
      const roots = ctx.attrs.xavps.all(name);
      if (roots.length === 0) {
        state.error(`xavp [${name}] not found`);
        return -1;
      }
      for (const root of roots) {
        if (!(root instanceof XavpList)) {
          state.error(`${name} not xavp type?`);
          return -1;
        }
        for (const item of root.items()) {
          if (item.value instanceof XavpList) {
            state.error('avp type not STR nor INT');
            return -1;
          }
          state.vars.set(state.vars.slot(item.name), item.value);
        }
      }
      return 1;
    },
  ),
};
