import type { NameAddr } from '../../sip/nameaddr.js';
import { paramValue } from '../../sip/params.js';
import { parseUri, type Uri } from '../../sip/uri.js';
import type { Via } from '../../sip/via.js';
import type { ScriptContext } from '../context.js';
import { branch, filled, leaf, type SelectNode, type SelectRead } from './node.js';

/** Parameters: all of them, or one by name. `_` in a name stands for `-`. */
export function paramsNode(read: SelectRead): SelectNode {
  return {
    read,
    step: ({ name }) => {
      const lower = name.toLowerCase();
      const dashed = lower.replaceAll('_', '-');
      return leaf((ctx) => {
        const params = read(ctx);
        return typeof params === 'string' ? (paramValue(params, lower) ?? paramValue(params, dashed)) : params;
      });
    },
  };
}

/** A URI and its parts. */
export function uriNode(read: SelectRead): SelectNode {
  const part = (get: (uri: Uri) => string | null) => (): SelectNode =>
    leaf((ctx) => {
      const text = read(ctx);
      if (typeof text !== 'string') return text;
      const uri = parseUri(text);
      return uri === null ? undefined : get(uri);
    });
  const params: SelectRead = (ctx) => {
    const text = read(ctx);
    if (typeof text !== 'string') return text;
    const uri = parseUri(text);
    return uri === null ? undefined : filled(uri.params);
  };
  return branch(read, {
    type: part((u) => u.scheme),
    user: part((u) => filled(u.user)),
    // The user without number portability parameters (RFC 4694): the routing number when there is one.
    rn_user: part((u) => filled(paramValue(u.user.slice(u.user.indexOf(';') + 1), 'rn') ?? u.user.split(';')[0])),
    pwd: part((u) => filled(u.password)),
    host: part((u) => filled(u.host)),
    port: part((u) => filled(u.portText)),
    hostport: part((u) => filled(u.host === '' ? '' : `${u.host}:${u.portText === '' ? u.sendPort : u.portText}`)),
    transport: part((u) => filled(u.transport)),
    params: () => paramsNode(params),
  });
}

/** The fields of a name-addr; `body` is what the header reads as a whole. */
export function addressNode(of: (ctx: ScriptContext) => NameAddr | null, body: SelectRead): SelectNode {
  const part =
    (get: (addr: NameAddr) => string | null): SelectRead =>
    (ctx) => {
      const addr = of(ctx);
      return addr === null ? null : get(addr);
    };
  return branch(body, {
    uri: () => uriNode(part((a) => a.uri)),
    tag: () => leaf(part((a) => filled(a.tag))),
    name: () => leaf(part((a) => filled(unquoted(a.display)))),
    params: () => paramsNode(part((a) => filled(a.params))),
    ...Object.fromEntries(
      ['q', 'expires', 'methods', 'received', 'instance'].map((name) => [
        name,
        () => leaf(part((a) => a.param(name === 'instance' ? '+sip.instance' : name))),
      ]),
    ),
  });
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** One Via value and its parts. */
export function viaNode(of: (ctx: ScriptContext) => Via | null): SelectNode {
  const part = (get: (via: Via) => string | null) => (): SelectNode =>
    leaf((ctx) => {
      const via = of(ctx);
      return via === null ? null : get(via);
    });
  const params: SelectRead = (ctx) => filled(of(ctx)?.params);
  return branch((ctx) => of(ctx)?.text ?? null, {
    name: part((v) => v.text.slice(0, v.text.indexOf('/')).trim()),
    version: part((v) => v.text.split('/')[1]?.trim() ?? null),
    transport: part((v) => v.transport),
    host: part((v) => v.host),
    port: part((v) => (v.port === 0 ? null : `${v.port}`)),
    comment: part((v) => /\(([^)]*)\)/.exec(v.text)?.[1] ?? null),
    branch: part((v) => filled(v.branch)),
    received: part((v) => v.received),
    rport: part((v) => v.rport),
    i: part((v) => v.param('i')),
    alias: part((v) => v.param('alias')),
    params: () => paramsNode(params),
  });
}
