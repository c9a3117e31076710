import type { ListenSocket } from '../../net/transport.js';
import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvDef, type TransformationDef } from '../../registry/module.js';
import { toText, type Value } from '../../script/value.js';
import { type SocketParts, splitSocket } from './network.js';
import { type Corex, SOURCE } from './state.js';

const { pv, transformation } = entriesOf<Corex>();

/** What `$lsock(match/value/field)` gives of a socket, by the field's first letter. */
const SOCKET_FIELDS: Readonly<Record<string, (s: ListenSocket) => Value>> = {
  n: (s) => s.name,
  l: (s) => s.text,
  a: (s) => (s.advertisedAddress ? `${s.proto}:${s.advertisedAddress}:${s.advertisedPort || s.port}` : ''),
  i: (s) => s.index,
};

/** How `$lsock(match/value/field)` finds a socket. */
const SOCKET_KEYS: Readonly<Record<string, (state: Corex, value: string) => ListenSocket | null>> = {
  n: (state, value) => state.socketNamed(value),
  l: (state, value) => state.host.network.sockets.find((s) => s.text === value) ?? null,
};

const lsock: PvDef<Corex> = pv({
  doc:
    'A listen socket: `$lsock(n/NAME/listen)` finds one by its name, `$lsock(l/udp:127.0.0.1:5060/name)` by its ' +
    'text. The last part is what to give: name, listen, advertise or index.',
  inner: 'required',
  index: false,
  writable: false,
  bind: (state, inner) => ({
    read: (ctx) => {
      const wanted = inner!.format(ctx);
      const [match = '', value = '', field = '', ...rest] = wanted.split('/');
      const find = SOCKET_KEYS[match];
      const read = field.length < 2 ? undefined : SOCKET_FIELDS[field.charAt(0)];
      if (find === undefined || read === undefined || rest.length > 0) {
        state.host.log.error(SOURCE, `invalid expression format: ${wanted}`);
        state.host.log.error(SOURCE, `failed to parse lsock expression [${wanted}]`);
        return undefined;
      }
      const socket = find(state, value);
      return socket === null ? null : read(socket);
    },
  }),
});

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
  since: '6.x',
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

const part = (doc: string, read: (p: SocketParts) => Value): TransformationDef<Corex> =>
  transformation({
    doc,
    params: [0, 0],
    bind: (state) => (_ctx, input) => {
      const parts = splitSocket(state, toText(input));
      return parts === null ? undefined : read(parts);
    },
  });

export const TRANSFORMATIONS = {
  sock: {
    host: part('The host of a socket `proto:host:port`.', (p) => p.host),
    port: part('The port of a socket `proto:host:port`.', (p) => (p.port === 0 ? '' : `${p.port}`)),
    proto: part('The protocol of a socket `proto:host:port`.', (p) => p.proto ?? ''),
    touri: part(
      'The SIP URI of a socket `proto:host:port`.',
      (p) => `sip:${p.host}${p.port ? `:${p.port}` : ''}${p.proto === null ? '' : `;transport=${p.proto}`}`,
    ),
  },
};
