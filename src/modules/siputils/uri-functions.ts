import { type BoundPv, literal, pv, text, value, writablePv } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { toText } from '../../script/value.js';
import { equalsIgnoreCase } from '../../sip/chars.js';
import { type Param, parseParams } from '../../sip/params.js';
import { parseUri } from '../../sip/uri.js';
import type { Siputils } from './state.js';
import { telToSip, telToSipSorted } from './tel.js';

const { fn } = entriesOf<Siputils>();

const REQUEST_SIDE = ['REQUEST', 'FAILURE', 'BRANCH'] as const;
const YES_NO = { '1': 'yes', '-1': 'no, or the Request-URI is not a URI' };

/** Longest URI that upstream writes. */
const LONGEST_URI = 1024;

/** The parameters of the Request-URI; null (logged) when it is not a URI. */
function paramsOf(state: Siputils, ctx: ScriptContext): Param[] | null {
  const uri = ctx.msg.parsedUri;
  if (uri === null) {
    state.error('ruri parsing failed');
    return null;
  }
  return parseParams(uri.params);
}

/** The text of a variable; null (logged) when it holds none. */
function textOf(state: Siputils, ctx: ScriptContext, variable: BoundPv, what: string): string | null {
  const v = variable.read(ctx);
  if (v !== null && v !== undefined) return toText(v);
  state.error(`${what} value is not string`);
  return null;
}

function addUriParam(state: Siputils, ctx: ScriptContext, param: string): number {
  const { msg } = ctx;
  if (param === '') return 1;
  const uri = msg.parsedUri;
  if (uri === null) return state.error('ruri parsing failed');
  const question = uri.headers === '' ? uri.text.length : uri.text.length - uri.headers.length - 1;
  const changed = `${uri.text.slice(0, question)};${param}${uri.text.slice(question)}`;
  if (changed.length > LONGEST_URI) return state.error('new ruri too long');
  msg.newUri = changed;
  return 1;
}

/** Removes the first parameter of a name from a URI; null when it has none, undefined when it is not a URI. */
export function withoutUriParam(text: string, name: string): string | null | undefined {
  const uri = parseUri(text);
  if (uri === null) return undefined;
  const end = uri.headers === '' ? text.length : text.length - uri.headers.length - 1;
  let at = uri.portEnd;
  while (at < end && text[at] === ';') {
    let stop = text.indexOf(';', at + 1);
    if (stop < 0 || stop > end) stop = end;
    const [written = ''] = text.slice(at + 1, stop).split('=', 1);
    if (equalsIgnoreCase(written.trim(), name)) return text.slice(0, at) + text.slice(stop);
    at = stop;
  }
  return null;
}

/** A URI's user part replaced, added, or removed when the new one is empty. Passwords go with the old one. */
function withUser(uri: string, user: string): string | null {
  const colon = uri.indexOf(':');
  if (colon < 0) return null;
  const at = uri.indexOf('@');
  const scheme = uri.slice(0, colon + 1);
  const rest = at < 0 ? uri.slice(colon + 1) : uri.slice(at + 1);
  return user === '' ? scheme + rest : `${scheme}${user}@${rest}`;
}

/** Null when there is no host to replace, which only 5.6 lets pass. */
function withHost(uri: string, host: string, mayBeMissing: boolean): string | null {
  const colon = uri.indexOf(':');
  if (colon < 0) return null;
  const at = uri.indexOf('@', colon + 1);
  const start = (at < 0 ? colon : at) + 1;
  const length = uri.slice(start).search(/[:;?]|$/);
  return length === 0 && !mayBeMissing ? null : uri.slice(0, start) + host + uri.slice(start + length);
}

export const URI: Readonly<Record<string, FunctionDef<Siputils> | readonly FunctionDef<Siputils>[]>> = {
  uri_param: [
    fn(
      [text('name')],
      {
        routes: REQUEST_SIDE,
        doc: 'Tests whether the Request-URI has a parameter without value.',
        example: 'uri_param("lr");',
        returns: YES_NO,
      },
      (state) => (ctx, name) => {
        const found = paramsOf(state, ctx)?.find((p) => p.name === name);
        return found !== undefined && !found.value ? 1 : -1;
      },
    ),
    fn(
      [text('name'), text('value')],
      {
        routes: REQUEST_SIDE,
        doc: 'Tests whether the Request-URI has a parameter with a value.',
        example: 'uri_param("transport", "udp");',
        returns: YES_NO,
      },
      (state) => (ctx, name, wanted) => {
        const found = paramsOf(state, ctx)?.find((p) => p.name === name);
        return found !== undefined && (found.value ?? '') === wanted ? 1 : -1;
      },
    ),
  ],
  uri_param_any: fn(
    [text('name')],
    {
      routes: REQUEST_SIDE,
      doc: 'Tests whether the Request-URI has a parameter, with or without value.',
      example: 'uri_param_any("transport");',
      returns: YES_NO,
    },
    (state) => (ctx, name) => {
      const params = paramsOf(state, ctx);
      return params?.some((p) => equalsIgnoreCase(p.name, name)) ? 1 : -1;
    },
  ),
  add_uri_param: fn(
    [literal('param')],
    {
      routes: ['REQUEST'],
      doc: 'Adds a parameter to the Request-URI.',
      example: 'add_uri_param("x=1");',
      returns: { '1': 'added, or empty', '-1': 'the Request-URI is not a URI, or would be too long' },
    },
    (state) => (ctx, param) => addUriParam(state, ctx, param),
  ),
  get_uri_param: fn(
    [literal('name'), writablePv('result')],
    {
      routes: ['REQUEST', 'LOCAL'],
      doc: 'Assigns the value of a parameter of the Request-URI to a variable.',
      example: 'get_uri_param("transport", "$var(x)");',
      returns: { '1': 'assigned', '-1': 'there is none, or the Request-URI is not a URI' },
    },
    (state) => (ctx, name, result) => {
      const found = paramsOf(state, ctx)?.find((p) => p.name === name);
      if (found === undefined) return -1;
      result.write(ctx, found.value ?? '');
      return 1;
    },
  ),
  uri_param_rm: fn(
    [text('name')],
    {
      routes: REQUEST_SIDE,
      doc: 'Removes a parameter from the Request-URI.',
      example: 'uri_param_rm("transport");',
      returns: { '1': 'it is not there now', '-1': 'the Request-URI is not a URI' },
    },
    (state) => (ctx, name) => {
      const { msg } = ctx;
      const changed = withoutUriParam(msg.currentUri, name);
      if (changed === undefined) return state.error(`failed to parse r-uri [${msg.currentUri}]`);
      if (changed !== null) msg.newUri = changed;
      return 1;
    },
  ),
  tel2sip: fn(
    [value('uri'), value('host'), writablePv('result')],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
      doc: 'Assigns a tel URI as a SIP URI to a variable.',
      example: 'tel2sip("tel:+1-201", "example.com", "$var(x)");',
      returns: { '1': 'assigned', '2': 'not a tel URI', '-1': 'the result is not a URI' },
    },
    () => (ctx, uri, host, result) => {
      const sip = telToSip(toText(uri), toText(host));
      if (sip === null) return 2;
      return parseUri(sip) !== null && result.write(ctx, sip) ? 1 : -1;
    },
  ),
  tel2sip2: fn(
    [value('uri'), value('host'), writablePv('result')],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
      since: '6.x',
      doc: 'As `tel2sip`, with the parameters sorted and a `phone-context` domain left out.',
      example: 'tel2sip2("tel:+1-201;b=1;a=2", "example.com", "$var(x)");',
      returns: { '1': 'assigned, or not a tel URI', '-1': 'the result is not a URI' },
    },
    () => (ctx, uri, host, result) => {
      const sip = telToSipSorted(toText(uri), toText(host));
      if (sip === null) return 1;
      return parseUri(sip) !== null && result.write(ctx, sip) ? 1 : -1;
    },
  ),
  set_uri_user: fn(
    [pv('uri'), pv('user')],
    {
      routes: ['ANY'],
      doc: 'Sets the user part of the URI in a variable; an empty one removes it.',
      example: 'set_uri_user("$var(uri)", "$fU");',
      returns: { '1': 'done', '-1': 'no text in one of them, or not a URI' },
    },
    (state) => (ctx, variable, source) => {
      const uri = textOf(state, ctx, variable, 'uri');
      if (uri === null) return -1;
      if (uri === '') return state.error('missing uri value');
      const user = textOf(state, ctx, source, 'uriuser');
      if (user === null) return -1;
      const changed = withUser(uri, user);
      if (changed === null) return state.error("uri does not contain ':' character");
      if (user !== '' || uri.includes('@')) variable.write?.(ctx, changed);
      return 1;
    },
  ),
  set_uri_host: fn(
    [pv('uri'), pv('host')],
    {
      routes: ['ANY'],
      doc: 'Sets the host of the URI in a variable.',
      example: 'set_uri_host("$var(uri)", "$fd");',
      returns: { '1': 'done', '-1': 'no text in one of them, or not a URI' },
    },
    (state) => (ctx, variable, source) => {
      const uri = textOf(state, ctx, variable, 'uri');
      if (uri === null) return -1;
      if (uri === '') return state.error('missing uri value');
      const host = textOf(state, ctx, source, 'uri');
      if (host === null) return -1;
      if (host === '') return state.error('hostpart of uri cannot be empty');
      if (!uri.includes(':')) return state.error("uri does not contain ':' character");
      const changed = withHost(uri, host, state.host.compat === '5.6');
      if (changed === null) return state.error('uri does not contain host');
      variable.write?.(ctx, changed);
      return 1;
    },
  ),
};
