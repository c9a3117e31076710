import { ArgumentError, int, literal, parsed, type Regex, regex, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { formatSipDate } from '../../sip/date.js';
import type { SipMessage } from '../../sip/message.js';
import { Method, methodId } from '../../sip/methods.js';
import { headerName } from './arguments.js';
import type { Textops } from './state.js';

const { fn } = entriesOf<Textops>();

const FORWARD_ROUTES = ['REQUEST', 'FAILURE', 'BRANCH'] as const;
const PRESENT = { '1': 'yes', '-1': 'no' };
const REMOVED = { '1': 'removed', '-1': 'there was none' };

/** Indexes of the headers of a name. */
function* named(msg: SipMessage, name: string): Generator<number> {
  for (let i = msg.firstHeaderNamed(name); i >= 0; i = msg.nextHeaderNamed(i, name)) yield i;
}

function remove(msg: SipMessage, i: number): void {
  const at = msg.headerStart(i);
  msg.edits.remove(at, msg.headerEnd(i) - at);
}

/** Removes the headers that satisfy a test: 1 when there were some, else -1. */
function removeWhere(msg: SipMessage, test: (i: number) => boolean): number {
  let result = -1;
  for (let i = 0; i < msg.headerCount; i++) {
    if (!test(i)) continue;
    remove(msg, i);
    result = 1;
  }
  return result;
}

function removeNamed(msg: SipMessage, name: string): number {
  let result = -1;
  for (const i of named(msg, name)) {
    remove(msg, i);
    result = 1;
  }
  return result;
}

const removeMatching = (msg: SipMessage, re: Regex, except: Regex | null): number =>
  removeWhere(msg, (i) => {
    const name = msg.headerName(i);
    return re.test(name) && !(except?.test(name) ?? false);
  });

function presentMatching(msg: SipMessage, re: Regex): number {
  for (let i = 0; i < msg.headerCount; i++) if (re.test(msg.headerName(i))) return 1;
  return -1;
}

/** Adds text in front of the first or behind the last header, or next to the headers of a name. */
function add(state: Textops, ctx: ScriptContext, line: string, anchor: string | undefined, append: boolean): number {
  const { msg } = ctx;
  if (line === '') {
    state.host.log.info('textops', 'nothing to add');
    return -1;
  }
  let near = -1;
  if (anchor !== undefined) {
    for (const i of named(msg, anchor)) {
      near = i;
      if (!append) break;
    }
  }
  if (append) msg.edits.insertBefore(near < 0 ? msg.headersEnd : msg.headerEnd(near), line);
  else msg.edits.insertBefore(near < 0 ? msg.headerStart(0) : msg.headerStart(near), line);
  return 1;
}

const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

function adds(name: string, append: boolean, doc: string): FunctionDef<Textops>[] {
  const info = {
    routes: ['ANY'],
    doc: `${doc} ${NOT_VISIBLE}`,
    example: `${name}("X-Test: $rU\\r\\n");`,
    literalOnly: true,
  } as const;
  const line = text('line', 'a whole header line with its `\\r\\n`');
  return [
    fn([line], info, (state) => (ctx, header) => add(state, ctx, header, undefined, append)),
    fn([line, headerName('next_to')], info, (state) => (ctx, header, anchor) => {
      return add(state, ctx, header, anchor, append);
    }),
  ];
}

/** What `is_method` compares with: bits of known methods, or one extension method's name in capitals. */
type MethodTest = { readonly bits: number; readonly other: string };

const methods = parsed<MethodTest>(
  'methods',
  (list) => {
    if (list === '') throw new ArgumentError('empty method name');
    const names = list.split(/[|,]/).map((name) => name.trim());
    if (names.some((name) => !/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(name))) throw new ArgumentError('bad method names');
    const bits = names.reduce((set, name) => set | methodId(name), 0);
    if ((bits & Method.OTHER) === 0) return { bits, other: '' };
    if (list.includes('|')) {
      throw new ArgumentError(
        `unknown method in list [${list.replaceAll('|', ',')}/${bits}] - must be only defined methods`,
      );
    }
    return { bits: 0, other: list.toUpperCase() };
  },
  'one method, or several with `|`',
);

const OPERATORS: Readonly<Record<string, (state: Textops, expression: string) => ((body: string) => boolean) | null>> =
  {
    eq: (_state, expression) => (body) => body === expression,
    ne: (_state, expression) => (body) => body !== expression,
    in: (_state, expression) => (body) => body.includes(expression),
    re: (state, expression) => {
      const re = state.regex(expression);
      return re && ((body) => re.test(body));
    },
  };

export const HEADERS: Readonly<Record<string, FunctionDef<Textops> | readonly FunctionDef<Textops>[]>> = {
  append_hf: adds('append_hf', true, 'Adds a header behind the last, or behind the last of a name.'),
  insert_hf: adds('insert_hf', false, 'Adds a header in front of the first, or in front of the first of a name.'),
  append_urihf: fn(
    [literal('before'), literal('after')],
    {
      routes: FORWARD_ROUTES,
      doc: `Adds a header made of the received Request-URI between two texts. ${NOT_VISIBLE}`,
      example: 'append_urihf("X-URI: <", ">\\r\\n");',
    },
    (state) => (ctx, before, after) => add(state, ctx, before + ctx.msg.requestUri + after, undefined, true),
  ),
  append_to_reply: fn(
    [text('line', 'a whole header line with its `\\r\\n`')],
    {
      routes: FORWARD_ROUTES,
      doc: 'Adds a header to the replies that are made for the request.',
      example: 'append_to_reply("X-Test: $rU\\r\\n");',
    },
    () => (ctx, line) => {
      ctx.msg.replyEdits.headers.push(line);
      return 1;
    },
  ),
  append_time: fn(
    [],
    {
      routes: FORWARD_ROUTES,
      doc: 'Adds a Date header to the replies that are made for the request.',
      example: 'append_time();',
    },
    (state) => (ctx) => {
      ctx.msg.replyEdits.addHeader(`Date: ${formatSipDate(state.host.clock.unix() * 1000)}`);
      return 1;
    },
  ),
  append_time_to_request: fn(
    [],
    {
      routes: ['ANY'],
      doc: `Adds a Date header behind the first header. ${NOT_VISIBLE}`,
      example: 'append_time_to_request();',
    },
    (state) => (ctx) => {
      const line = `Date: ${formatSipDate(state.host.clock.unix() * 1000)}\r\n`;
      ctx.msg.edits.insertAfter(ctx.msg.headerEnd(0), line);
      return 1;
    },
  ),
  remove_hf: fn(
    [headerName('header')],
    {
      routes: ['ANY'],
      doc: `Removes the headers of a name. ${NOT_VISIBLE}`,
      example: 'remove_hf("User-Agent");',
      returns: REMOVED,
    },
    () => (ctx, name) => removeNamed(ctx.msg, name),
  ),
  remove_hf_pv: fn(
    [text('header')],
    {
      routes: ['ANY'],
      doc: `Removes the headers of a name. ${NOT_VISIBLE}`,
      example: 'remove_hf_pv("User-Agent");',
      returns: { '1': 'done, also when there was none' },
    },
    () => (ctx, name) => {
      removeNamed(ctx.msg, name);
      return 1;
    },
  ),
  remove_hf_idx: fn(
    [text('header'), int('index', 'counted from 0; negative from the last, -1')],
    {
      routes: ['ANY'],
      doc: `Removes one of the headers of a name. ${NOT_VISIBLE}`,
      example: 'remove_hf_idx("Via", "0");',
      returns: { '1': 'removed, or further from the last than there are', '2': 'there are not so many' },
    },
    () => (ctx, name, index) => {
      const { msg } = ctx;
      const found = [...named(msg, name)];
      const at = found[index < 0 ? found.length + index : index];
      if (at === undefined) return index < 0 ? 1 : 2;
      remove(msg, at);
      return 1;
    },
  ),
  remove_hf_re: fn(
    [regex('pattern')],
    {
      routes: ['ANY'],
      doc: `Removes headers whose names match. ${NOT_VISIBLE}`,
      example: 'remove_hf_re("^X-");',
      returns: REMOVED,
    },
    () => (ctx, re) => removeMatching(ctx.msg, re, null),
  ),
  remove_hf_re_pv: fn(
    [text('pattern')],
    {
      routes: ['ANY'],
      doc: `Removes headers whose names match. ${NOT_VISIBLE}`,
      example: 'remove_hf_re_pv("^X-");',
      returns: REMOVED,
    },
    (state) => (ctx, source) => {
      const re = state.regex(source);
      return re === null ? -1 : removeMatching(ctx.msg, re, null);
    },
  ),
  remove_hf_exp: fn(
    [regex('pattern'), regex('except')],
    {
      routes: ['ANY'],
      doc: `Removes headers whose names match one expression and not the other. ${NOT_VISIBLE}`,
      example: 'remove_hf_exp("^X-", "^X-Keep");',
      returns: REMOVED,
    },
    () => (ctx, re, except) => removeMatching(ctx.msg, re, except),
  ),
  remove_hf_exp_pv: fn(
    [text('pattern'), text('except')],
    {
      routes: ['ANY'],
      doc: `Removes headers whose names match one expression and not the other. ${NOT_VISIBLE}`,
      example: 'remove_hf_exp_pv("^X-", "^X-Keep");',
      returns: REMOVED,
    },
    (state) => (ctx, source, exceptSource) => {
      const re = state.regex(source);
      const except = re && state.regex(exceptSource);
      return re === null || except === null ? -1 : removeMatching(ctx.msg, re, except);
    },
  ),
  remove_hf_match: fn(
    [text('header'), text('operator', '`eq` `ne` `in` `re`'), text('expression')],
    {
      routes: ['ANY'],
      doc: `Removes those headers of a name whose bodies compare as asked. ${NOT_VISIBLE}`,
      example: 'remove_hf_match("X-Test", "eq", "a");',
      returns: { '1': 'removed', '-1': 'no such operator, or not a pattern', '-2': 'there was none' },
    },
    (state) => (ctx, name, operator, expression) => {
      const make = OPERATORS[operator.toLowerCase()];
      if (make === undefined) return state.error(`unknown operator [${operator}]`);
      const test = make(state, expression);
      if (test === null) return -1;
      const { msg } = ctx;
      let result = -2;
      for (const i of named(msg, name)) {
        if (!test(msg.headerBody(i))) continue;
        remove(msg, i);
        result = 1;
      }
      return result;
    },
  ),
  is_present_hf: fn(
    [headerName('header')],
    {
      routes: ['ANY'],
      doc: 'Tests whether there is a header of a name.',
      example: 'is_present_hf("Subject");',
      returns: PRESENT,
    },
    () => (ctx, name) => (ctx.msg.firstHeaderNamed(name) < 0 ? -1 : 1),
  ),
  is_present_hf_pv: fn(
    [text('header')],
    {
      routes: ['ANY'],
      doc: 'Tests whether there is a header of a name.',
      example: 'is_present_hf_pv("Subject");',
      returns: PRESENT,
    },
    () => (ctx, name) => (ctx.msg.firstHeaderNamed(name) < 0 ? -1 : 1),
  ),
  is_present_hf_re: fn(
    [regex('pattern')],
    {
      routes: ['ANY'],
      doc: 'Tests whether there is a header whose name matches.',
      example: 'is_present_hf_re("^X-");',
      returns: PRESENT,
    },
    () => (ctx, re) => presentMatching(ctx.msg, re),
  ),
  is_present_hf_re_pv: fn(
    [text('pattern')],
    {
      routes: ['ANY'],
      doc: 'Tests whether there is a header whose name matches.',
      example: 'is_present_hf_re_pv("^X-");',
      returns: PRESENT,
    },
    (state) => (ctx, source) => {
      const re = source === '' ? null : state.regex(source);
      return re === null ? -1 : presentMatching(ctx.msg, re);
    },
  ),
  is_method: fn(
    [methods],
    {
      routes: ['ANY'],
      doc: 'Tests the method: of a request its own, of a reply that of its CSeq.',
      example: 'is_method("INVITE|ACK");',
      literalOnly: true,
      returns: PRESENT,
    },
    (state) => (ctx, test) => {
      const { msg } = ctx;
      let { methodId: id, method } = msg;
      if (!msg.isRequest) {
        const { cseq } = msg;
        if (cseq === null) return state.error('cannot parse cseq header');
        id = cseq.methodId;
        method = cseq.method;
      }
      if (test.other === '') return (id & test.bits) !== 0 ? 1 : -1;
      return id === Method.OTHER && method.toUpperCase() === test.other ? 1 : -1;
    },
  ),
  via_param_rm: fn(
    [text('name'), int('index', 'of the Via, counted from 0; negative from the last, -1')],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: `Removes a parameter of a Via. ${NOT_VISIBLE}`,
      example: 'via_param_rm("rport", "0");',
      returns: { '1': 'and above: how many were removed', '-1': 'no such Via or parameter' },
    },
    () => (ctx, name, index) => removeViaParam(ctx.msg, name.toLowerCase(), index),
  ),
};

function removeViaParam(msg: SipMessage, name: string, index: number): number {
  const via = msg.vias[index < 0 ? msg.vias.length + index : index];
  if (via === undefined) return -1;
  let removed = 0;
  let from = msg.raw.indexOf(';', via.start);
  while (from >= 0 && from < via.end) {
    let stop = from + 1;
    for (let quoted = false; stop < via.end; stop++) {
      const c = msg.raw[stop];
      if (c === '"') quoted = !quoted;
      else if (c === ';' && !quoted) break;
    }
    const [param = ''] = msg.raw.slice(from + 1, stop).split('=', 1);
    if (param.trim().toLowerCase() === name) {
      msg.edits.remove(from, stop - from);
      removed++;
    }
    from = stop < via.end ? stop : -1;
  }
  return removed > 0 ? removed : -1;
}
