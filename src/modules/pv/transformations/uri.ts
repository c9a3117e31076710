import { Dual, toText, type Value } from '../../../script/value.js';
import { parseUri, type Uri } from '../../../sip/uri.js';
import type { PvState } from '../state.js';
import { FAILED, remembered, type Transformation, type TransformationClass, textParam } from './define.js';

/** Parses the input once per text; logs a malformed one each time it is asked for. */
function parser(state: PvState): (input: Value) => Uri | null {
  const parse = remembered(parseUri);
  return (input) => {
    const text = toText(input);
    const uri = parse(text);
    if (uri === null) state.error(`invalid uri [${text}]`);
    return uri;
  };
}

/** An operation on a URI; empty input and a malformed URI fail. */
function uriOp(doc: string, get: (uri: Uri, state: PvState) => Value): Transformation {
  return {
    doc,
    params: [0, 0],
    bind: (state) => {
      const parse = parser(state);
      return (_ctx, input) => {
        if (input === '') return FAILED;
        const uri = parse(input);
        return uri === null ? FAILED : get(uri, state);
      };
    },
  };
}

function namedOp(doc: string, get: (uri: Uri, name: string) => Value): Transformation {
  return {
    doc,
    params: [1, 1],
    bind: (state, params) => {
      const parse = parser(state);
      const read = textParam(state, params[0]!, 'param cannot get p1');
      return (ctx, input) => {
        if (input === '') return FAILED;
        const uri = parse(input);
        const name = uri === null ? undefined : read(ctx);
        return uri === null || name === undefined ? FAILED : get(uri, name);
      };
    },
  };
}

/** Scheme, user, host, and with `full` port and transport. */
function short(uri: Uri, user: boolean, full: boolean): string {
  const scheme = uri.text.slice(0, uri.text.indexOf(':') + 1);
  const who = user && uri.user !== '' ? `${uri.user}@` : '';
  if (!full) return scheme + who + uri.host;
  const port = uri.portText === '' ? '' : `:${uri.portText}`;
  const transport = uri.transport === '' ? '' : `;transport=${uri.transport}`;
  return scheme + who + uri.host + port + transport;
}

function withoutParam(uri: Uri, name: string): string {
  const lower = name.toLowerCase();
  const kept = uri.params.split(';').filter((p) => p.split('=')[0]!.trim().toLowerCase() !== lower);
  const params = uri.params === '' ? '' : kept.map((p) => `;${p}`).join('');
  return uri.text.slice(0, uri.portEnd) + params + (uri.headers === '' ? '' : `?${uri.headers}`);
}

const host = uriOp('Host.', (uri) => uri.host);

/** `{uri.*}`. */
export const uriClass: TransformationClass = {
  user: uriOp('User.', (uri) => uri.user),
  host,
  domain: host,
  passwd: uriOp('Password.', (uri) => uri.password),
  port: uriOp('Port as an integer; 0 without text when there is none.', (uri) =>
    uri.portText === ''
      ? new Dual(0, '', 'int')
      : `${uri.port}` === uri.portText
        ? uri.port
        : new Dual(uri.port, uri.portText, 'int'),
  ),
  params: uriOp('All parameters.', (uri) => uri.params),
  headers: uriOp('All headers, after "?".', (uri) => uri.headers),
  param: namedOp('Value of a parameter.', (uri, name) => uri.param(name.toLowerCase()) ?? ''),
  rmparam: namedOp('The URI without a parameter.', withoutParam),
  transport: uriOp('Parameter transport.', (uri) => uri.transport),
  ttl: uriOp('Parameter ttl.', (uri) => uri.ttl),
  uparam: uriOp('Parameter user.', (uri) => uri.userParam),
  maddr: uriOp('Parameter maddr.', (uri) => uri.maddr),
  method: uriOp('Parameter method.', (uri) => uri.method),
  lr: uriOp('Value of parameter lr.', (uri) => uri.param('lr') ?? ''),
  r2: uriOp('Value of parameter r2.', (uri) => uri.r2 ?? ''),
  scheme: uriOp('Scheme as written.', (uri) => uri.text.slice(0, uri.text.indexOf(':'))),
  saor: uriOp('Scheme, user and host.', (uri) => short(uri, true, false)),
  suri: uriOp('Scheme, user, host, port and transport.', (uri) => short(uri, true, true)),
  duri: uriOp('Scheme, host, port and transport.', (uri) => short(uri, false, true)),
  tosocket: uriOp('proto:host:port; the transport must be named.', (uri, state) => {
    if (uri.transportProto !== null) return `${uri.transportProto}:${uri.host}:${uri.port || 5060}`;
    state.warn('unknown transport protocol');
    return '';
  }),
};
