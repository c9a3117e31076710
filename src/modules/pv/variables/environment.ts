import { ArgumentError } from '../../../registry/arguments.js';
import { resolveSelect } from '../../../script/selects/resolve.js';
import { isDefined, toStored, type Value } from '../../../script/value.js';
import { keyedPv, type PvTable, pv, readPv } from '../define.js';
import { FAMILY_IDS, PROTO_IDS } from '../proto-ids.js';
import type { PvState } from '../state.js';
import { VERSIONS } from '../versions.js';

/** Constants by name: numbers of transports and address families. */
const CONSTANTS: Readonly<Record<string, number>> = {
  IPv4: FAMILY_IDS[4],
  IP4: FAMILY_IDS[4],
  INET: FAMILY_IDS[4],
  IPv6: FAMILY_IDS[6],
  IP6: FAMILY_IDS[6],
  INET6: FAMILY_IDS[6],
  UDP: PROTO_IDS.udp,
  TCP: PROTO_IDS.tcp,
  TLS: PROTO_IDS.tls,
  SCTP: PROTO_IDS.sctp,
  WS: PROTO_IDS.ws,
  WSS: PROTO_IDS.wss,
};

/** Characters that are awkward inside a quoted string of the config. */
const CHARACTERS: Readonly<Record<string, readonly [name: string, character: string]>> = {
  En: ['newline', '\n'],
  Er: ['carriage return', '\r'],
  Et: ['tab', '\t'],
  Es: ['blank', ' '],
  Ec: ['comma', ','],
  Eq: ['double quote', '"'],
  Ek: ['single quote', "'"],
  Ei: ['colon', ':'],
  Ej: ['semicolon', ';'],
  Eb: ['backslash', '\\'],
  Ev: ['backtick', '`'],
};

/** `group.name` with an optional instance: `core.debug`, `tm[2].fr_timer`. */
function parseCfgName(text: string): { group: string; instance: number | undefined; name: string } {
  const m = /^([^.[\]]+)(?:\[(\d+)\])?\.(.+)$/.exec(text);
  if (m === null) throw new ArgumentError(`invalid PV ccp key: ${text}`);
  return { group: m[1]!, instance: m[2] === undefined ? undefined : Number(m[2]), name: m[3]! };
}

function versionPv(doc: string, kind: string, keys: Readonly<Record<string, keyof (typeof VERSIONS)['5.6']>>) {
  const entries = Object.entries(keys).map(([key, field]) => [
    key,
    (state: PvState) => {
      const value = VERSIONS[state.host.compat][field];
      return () => value;
    },
  ]);
  return keyedPv(doc, kind, Object.fromEntries(entries));
}

const nothing = readPv('Always null: parse errors are logged, and leave nothing behind.', () => () => null);

/** Punctuation of upstream's `$E…` family. */
export const punctuationPvs: PvTable = Object.fromEntries(
  Object.entries(CHARACTERS).map(([name, [what, character]]) => [name, readPv(`A ${what}.`, () => () => character)]),
);

/** Facts about the server, its configuration and statistics. */
export const environmentPvs: PvTable = {
  true: readPv('The integer 1.', () => () => 1),
  pp: readPv('Process id.', () => () => process.pid),
  sid: readPv('Server id, core parameter server_id.', (state) => () => state.host.settings.server_id),
  K: keyedPv(
    'Constants: numbers of transports and address families.',
    'K',
    mapValues(CONSTANTS, (n) => () => () => n),
  ),
  version: versionPv('Version that is emulated.', 'version', { num: 'number', full: 'full', hash: 'hash' }),
  ksr: versionPv('Version that is emulated.', 'ksr', { ver: 'number', verval: 'value' }),
  'err.class': nothing,
  'err.level': nothing,
  'err.info': nothing,
  'err.rcode': nothing,
  'err.rreason': nothing,
  _s: pv({
    doc: 'The text in parentheses with its variables filled in.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (_state, inner) => ({ read: inner!.format }),
  }),
  stat: pv({
    doc: 'Value of a statistic.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => {
      const name = inner!.text;
      const dash = name.indexOf(':');
      const { statistics } = state.host;
      const find = () =>
        dash < 0 ? statistics.findByName(name) : statistics.find(name.slice(0, dash), name.slice(dash + 1));
      // Modules register theirs until they have started: found at first use, and kept.
      let counter = find();
      return {
        read: () => {
          counter ??= find();
          if (counter !== undefined) return counter.get();
          state.warn(`No stat variable \`\`${name}''`);
          return null;
        },
      };
    },
  }),
  sel: pv({
    doc: 'A select, as after @ in expressions.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => {
      const resolved = resolveSelect(inner!.text, state.host);
      if ('error' in resolved) throw new ArgumentError(resolved.error);
      const { read } = resolved;
      return { read: (ctx) => read(ctx) ?? null };
    },
  }),
  ccp: pv({
    doc: 'Run-time configuration value: group.name or group[id].name.',
    inner: 'required',
    index: false,
    writable: true,
    bind: (state, inner) => {
      const { group, instance, name } = parseCfgName(inner!.text);
      const { cfg } = state.host;
      return {
        read: (): Value => {
          const value = cfg.get(group, name, instance);
          if (value !== undefined) return value;
          state.error(`failed to get the variable [${inner!.text}]`);
          return null;
        },
        write: (_ctx, value) => {
          if (!isDefined(value)) {
            state.warn('ignoring null assignment');
            return true;
          }
          const stored = toStored(value);
          const problem = cfg.set(group, name, typeof stored === 'bigint' ? Number(stored) : (stored ?? 0), instance);
          if (problem === null) return true;
          const kind = typeof stored === 'string' ? 'str' : 'int';
          return state.error(`failed to set ${kind} to the variable: [${inner!.text}]`);
        },
      };
    },
  }),
};

function mapValues<T, U>(table: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, map(value)]));
}
