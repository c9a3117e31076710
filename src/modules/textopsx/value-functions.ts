import { parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type FunctionInfo } from '../../registry/module.js';
import { equalsIgnoreCase } from '../../sip/chars.js';
import type { SipMessage } from '../../sip/message.js';
import { assignable, type HeaderExpression, removable, valuePlace, valueSet } from './header-expression.js';
import {
  addHeader,
  assignRange,
  headersOf,
  insertValue,
  pick,
  removeHeader,
  removeValue,
  valueAt,
  valuesOf,
} from './header-values.js';
import type { Textopsx } from './state.js';
import { type ParamStyle, setParam } from './value-params.js';

const { fn } = entriesOf<Textopsx>();

const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

const info = (doc: string, example: string, returns: FunctionInfo['returns']): FunctionInfo => ({
  routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
  doc,
  example,
  literalOnly: true,
  returns,
});

const DONE = { '1': 'done', '-1': 'no such value' };

/** Removes what an expression addresses, or sets it when `value` is not null. Values are separated by commas. */
function changeValue(msg: SipMessage, e: HeaderExpression, value: string | null): number {
  if (e.all) {
    let result = -1;
    for (const header of headersOf(msg, e.name)) {
      if (e.param === '') result = removeHeader(msg, header);
      else {
        for (const { start, end } of valuesOf(msg, header)) {
          if (setParam(msg, start, end, e.param, value, 'semicolon') > 0) result = 1;
        }
      }
    }
    return result;
  }
  const found = valueAt(msg, e);
  if (found === undefined) return -1;
  if (e.param !== '') return setParam(msg, found.start, found.end, e.param, value, 'semicolon');
  return value === null ? removeValue(msg, found) : assignRange(msg, found.start, found.end, value);
}

/** As {@link changeValue}, where each header is one value whose parameters are separated by commas. */
function changeHeader(msg: SipMessage, e: HeaderExpression, value: string | null): number {
  const style: ParamStyle = 'comma';
  const headers = headersOf(msg, e.name);
  const change = (i: number): number =>
    setParam(msg, msg.headerBodyStart(i), msg.headerBodyEnd(i), e.param, value, style);
  if (e.all) {
    let result = -1;
    for (const i of headers) if ((e.param === '' ? removeHeader(msg, i) : change(i)) > 0) result = 1;
    return result;
  }
  const header = pick(headers, e.index);
  if (header === undefined) return -1;
  if (e.param !== '') return change(header);
  if (value === null) return removeHeader(msg, header);
  return assignRange(msg, msg.headerBodyStart(header), msg.headerBodyEnd(header), value);
}

function removes(name: string, doc: string, change: typeof changeValue): FunctionDef<Textopsx> {
  return fn(
    [parsed('header', removable, '`Name[index].param`')],
    info(`${doc} ${NOT_VISIBLE}`, `${name}("Supported[1]");`, DONE),
    () => (ctx, e) => change(ctx.msg, e, null),
  );
}

function assigns(name: string, doc: string, change: typeof changeValue): FunctionDef<Textopsx> {
  return fn(
    [parsed('header', assignable, '`Name[index].param`'), text('value')],
    info(`${doc} ${NOT_VISIBLE}`, `${name}("Supported[1]", "path");`, DONE),
    () => (ctx, e, value) => change(ctx.msg, e, value),
  );
}

/** Whether a value of a name equals a text, ignoring case. */
function holds(msg: SipMessage, name: string, value: string): boolean {
  return headersOf(msg, name).some((i) =>
    valuesOf(msg, i).some(({ start, end }) => equalsIgnoreCase(msg.raw.slice(start, end), value)),
  );
}

const set = parsed('header', valueSet, 'name of a header');

export const VALUES: Readonly<Record<string, FunctionDef<Textopsx>>> = {
  append_hf_value: fn(
    [parsed('header', (word: string) => valuePlace(word, -1), '`Name[index]`'), text('value')],
    info(
      `Adds a value behind another, or a header behind all. ${NOT_VISIBLE}`,
      'append_hf_value("Supported[1]", "path");',
      { '1': 'added' },
    ),
    () => (ctx, e, value) => {
      const { msg } = ctx;
      const found = e.indexed ? valueAt(msg, e) : undefined;
      return found === undefined ? addHeader(msg, e.name, value) : insertValue(msg, found.header, found.to, value);
    },
  ),
  insert_hf_value: fn(
    [parsed('header', (word: string) => valuePlace(word, 1), '`Name[index]`'), text('value')],
    info(
      `Adds a value in front of another, or a header in front of the first of its name. ${NOT_VISIBLE}`,
      'insert_hf_value("Supported[1]", "path");',
      DONE,
    ),
    () => (ctx, e, value) => {
      const { msg } = ctx;
      const found = valueAt(msg, e);
      if (found === undefined) return e.index === 1 ? addHeader(msg, e.name, value) : -1;
      if (e.indexed) return insertValue(msg, found.header, found.from, value);
      msg.edits.insertBefore(msg.headerStart(found.header), `${e.name}: ${value}\r\n`);
      return 1;
    },
  ),
  remove_hf_value: removes('remove_hf_value', 'Removes a value of a header, or a parameter of it.', changeValue),
  remove_hf_value2: removes(
    'remove_hf_value2',
    'Removes a header with a single value, or one of its comma-separated parameters.',
    changeHeader,
  ),
  assign_hf_value: assigns('assign_hf_value', 'Sets a value of a header, or a parameter of it.', changeValue),
  assign_hf_value2: assigns(
    'assign_hf_value2',
    'Sets a header with a single value, or one of its comma-separated parameters.',
    changeHeader,
  ),
  include_hf_value: fn(
    [set, text('value')],
    info(`Adds a value unless it is there. ${NOT_VISIBLE}`, 'include_hf_value("Supported", "path");', {
      '1': 'it is there now',
      '-1': 'the value is empty',
    }),
    () => (ctx, e, value) => {
      const { msg } = ctx;
      if (value === '') return -1;
      if (holds(msg, e.name, value)) return 1;
      const header = msg.firstHeaderNamed(e.name);
      return header < 0 ? addHeader(msg, e.name, value) : insertValue(msg, header, msg.headerBodyEnd(header), value);
    },
  ),
  exclude_hf_value: fn(
    [set, text('value')],
    info(`Removes a value wherever it is. ${NOT_VISIBLE}`, 'exclude_hf_value("Supported", "path");', {
      '1': 'it is not there now',
      '-1': 'the value is empty',
    }),
    () => (ctx, e, value) => {
      const { msg } = ctx;
      if (value === '') return -1;
      for (const i of headersOf(msg, e.name)) {
        for (const v of valuesOf(msg, i)) {
          if (equalsIgnoreCase(msg.raw.slice(v.start, v.end), value)) removeValue(msg, v);
        }
      }
      return 1;
    },
  ),
  hf_value_exists: fn(
    [set, text('value')],
    info('Tests whether a header has a value, ignoring case.', 'hf_value_exists("Supported", "path");', {
      '1': 'yes',
      '-1': 'no',
    }),
    () => (ctx, e, value) => (value !== '' && holds(ctx.msg, e.name, value) ? 1 : -1),
  ),
};
