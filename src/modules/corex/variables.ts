import type { ListenSocket } from '../../net/transport.js';
import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvDef, type TransformationDef } from '../../registry/module.js';
import { toText, type Value } from '../../script/value.js';
import { splitSocket } from './network.js';
import type { Corex } from './state.js';

const { pv, transformation } = entriesOf<Corex>();

/** What `$lsock(…)` can ask of the socket that a message came in on. */
const SOCKET_FIELDS: Readonly<Record<string, (s: ListenSocket) => Value>> = {
  name: (s) => s.name || null,
  proto: (s) => s.proto,
  host: (s) => s.address,
  ip: (s) => s.address,
  port: (s) => s.port,
  advertised: (s) => s.advertisedAddress ?? null,
};

/** `$lsock(key)`: a field of a listen socket, `$lsock(expr=>field)` for one named or addressed by `expr`. */
const lsock: PvDef<Corex> = pv({
  doc: 'A listen socket by a glob over its text: `$lsock(udp:127.0.0.1:*)` gives the first that matches; `$lsock(name/NAME)` gives the one of that name.',
  inner: 'required',
  index: false,
  writable: false,
  bind: (state, inner) => ({
    read: (ctx) => {
      const wanted = inner!.format(ctx);
      const field = SOCKET_FIELDS[wanted];
      if (field) return field(ctx.msg.received.socket);
      if (wanted.startsWith('name/')) return state.socketNamed(wanted.slice(5))?.text ?? null;
      const glob = wanted.split('*');
      return state.host.network.sockets.find((s) => matches(s.text, glob))?.text ?? null;
    },
  }),
});

/** Whether a text is the parts of a glob with anything between them. */
function matches(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (!text.startsWith(first)) return false;
  if (rest.length === 0) return text.length === first.length;
  let at = first.length;
  for (const [i, part] of rest.entries()) {
    if (i === rest.length - 1) return text.length - part.length >= at && text.endsWith(part);
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

const CFG_FIELDS = ['line', 'name', 'route'] as const;

/** `$cfg(line)`, `$cfg(name)`, `$cfg(route)`: where in the config the variable stands. */
const cfg: PvDef<Corex> = pv({
  doc: 'Where in the config this stands: `line`, `name` (of the file), `route`.',
  inner: 'required',
  index: false,
  writable: false,
  bind: (_state, inner, _index, env) => {
    const field = CFG_FIELDS.find((f) => f === inner!.text);
    if (!field) throw new ArgumentError(`invalid name ${inner!.text}: it is one of ${CFG_FIELDS.join(', ')}`);
    const place = env.place();
    if (field === 'line') return { read: () => place.line };
    if (field === 'name') return { read: () => place.file };
    return { read: () => place.route };
  },
});

/** `$atkv(type|key|val)`: what an async error event is about; undefined outside of `event_route[core:tkv]`. */
const atkv: PvDef<Corex> = pv({
  doc: 'The type, key or value of a core:tkv event; undefined elsewhere.',
  inner: 'required',
  index: false,
  writable: false,
  bind: (_state, inner) => {
    if (!['type', 'key', 'val'].includes(inner!.text))
      throw new ArgumentError(`invalid name ${inner!.text}: it is type, key or val`);
    return { read: (ctx) => (ctx.scratch?.get(`atkv:${inner!.text}`) as Value) ?? null };
  },
});

export const PVS = { cfg, lsock, atkv };

type Parts = NonNullable<ReturnType<typeof splitSocket>>;

const part = (doc: string, read: (p: Parts) => Value): TransformationDef<Corex> =>
  transformation({
    doc,
    params: [0, 0],
    bind: () => (_ctx, input) => {
      const parts = splitSocket(toText(input));
      return parts === null ? undefined : read(parts);
    },
  });

export const TRANSFORMATIONS = {
  sock: {
    host: part('The host of a socket `proto:host:port`.', (p) => p.host),
    port: part('The port of a socket `proto:host:port`.', (p) => p.port),
    proto: part('The protocol of a socket `proto:host:port`.', (p) => p.proto),
    touri: part(
      'The SIP URI of a socket `proto:host:port`.',
      (p) => `sip:${p.host}${p.port ? `:${p.port}` : ''}${p.proto === 'udp' ? '' : `;transport=${p.proto}`}`,
    ),
  },
};
