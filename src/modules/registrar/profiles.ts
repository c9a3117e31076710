import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvDef } from '../../registry/module.js';
import type { Value } from '../../script/value.js';
import type { Contact } from '../usrloc/index.js';
import type { Registrar } from './state.js';

/** What `reg_fetch_contacts` keeps under a name until it is freed. */
export interface Profile {
  readonly aor: string;
  readonly domain: string;
  readonly contacts: readonly Contact[];
}

type Read = (profile: Profile, contact: Contact) => Value;

const STREAM = /^(tcp|tls|wss?):/;

/** `$ulc(profile=>attribute)`. */
const ATTRIBUTES: Readonly<Record<string, Read>> = {
  aor: (profile) => profile.aor,
  domain: (profile) => profile.domain,
  // Upstream never fills it in.
  aorhash: () => 0,
  addr: (_, c) => c.address,
  path: (_, c) => c.path,
  received: (_, c) => c.received,
  expires: (_, c) => c.expires,
  callid: (_, c) => c.callId,
  q: (_, c) => c.q,
  cseq: (_, c) => c.cseq,
  flags: (_, c) => c.flags,
  cflags: (_, c) => c.cflags,
  user_agent: (_, c) => c.userAgent,
  socket: (_, c) => c.socket || null,
  modified: (_, c) => c.lastModified,
  methods: (_, c) => c.methods,
  count: (profile) => profile.contacts.length,
  ruid: (_, c) => c.ruid,
  regid: (_, c) => c.regId,
  instance: (_, c) => c.instance || null,
  conid: (_, c) => (c.connectionId > 0 || STREAM.test(c.socket) ? c.connectionId : null),
  server_id: (_, c) => c.serverId,
};

const { pv } = entriesOf<Registrar>();

export const ulc: PvDef<Registrar> = pv({
  doc: `Contacts that \`reg_fetch_contacts\` fetched: \`$(ulc(profile=>attribute)[n])\` with ${Object.keys(ATTRIBUTES).join(', ')}.`,
  inner: 'required',
  index: true,
  writable: true,
  bind: (registrar, inner, index) => {
    const parts = /^([^=]+)=>(.+)$/.exec(inner?.text ?? '');
    if (parts === null) throw new ArgumentError(`invalid contact pv name ${inner?.text ?? ''}`);
    const name = parts[1]!;
    const read = ATTRIBUTES[parts[2]!];
    if (read === undefined) throw new ArgumentError(`unknown contact attr name in ${inner?.text ?? ''}`);
    return {
      read: (ctx) => {
        const profile = registrar.profiles.get(name);
        if (profile === undefined) return null;
        const i = index.kind === 'at' ? Math.max(0, index.index(ctx)) : 0;
        const contact = profile.contacts[i];
        return contact === undefined ? null : read(profile, contact);
      },
      // Upstream accepts assignments and does nothing with them.
      write: () => true,
    };
  },
});
