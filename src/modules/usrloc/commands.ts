import { entriesOf, type RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { double, fault, listing, type RpcReply, type RpcValue, reply, struct } from '../../rpc/value.js';
import { ALL_METHODS, type Contact, type ContactInfo, DELETED, findByAddress, isValid } from './contact.js';
import { andThen, type Domain, StoreFailure } from './domain.js';
import { DbMode } from './record.js';
import type { Usrloc } from './state.js';

const { rpc } = entriesOf<Usrloc>();

type Answer = RpcReply | Promise<RpcReply>;

/** What contacts added by `ul.add` carry in place of a REGISTER's facts. */
const RPC_CALL_ID = 'dfjrewr12386fd6-343@kamailio.rpc';
const RPC_USER_AGENT = 'kamailio SIP Router - RPC Server';
const RPC_CSEQ = 1;

const NO_TABLE = fault(500, 'Domain table not found');
const NO_DOMAIN = fault(500, 'Domain missing in AOR');
const UNSET = '[not set]';

/** A contact as `ul.dump` and `ul.lookup` show it. */
function shown(usrloc: Usrloc, contact: Contact): RpcValue {
  const or = (text: string): string => (text === '' ? UNSET : text);
  return struct([
    ['Address', contact.address],
    ['Expires', expiry(contact, usrloc.now())],
    ['Q', double(contact.q < 0 ? -1 : contact.q / 1000)],
    ['Call-ID', contact.callId],
    ['CSeq', contact.cseq],
    ['User-Agent', or(contact.userAgent)],
    ['Received', or(contact.received)],
    ['Path', or(contact.path)],
    ['State', contact.state],
    ['Flags', contact.flags],
    ['CFlags', contact.cflags],
    ['Socket', or(contact.socket)],
    ['Methods', contact.methods],
    ['Ruid', or(contact.ruid)],
    ['Instance', or(contact.instance)],
    ['Reg-Id', contact.regId],
    ['Server-Id', contact.serverId],
    ['Tcpconn-Id', contact.connectionId],
    ['Keepalive', contact.keepalive],
    ['Last-Keepalive', contact.lastKeepalive],
    ['KA-Roundtrip', contact.kaRoundtrip],
    ['Last-Modified', contact.lastModified],
  ]);
}

function expiry(contact: Contact, now: number): RpcValue {
  if (contact.expires === 0) return 'permanent';
  if (contact.expires === DELETED) return 'deleted';
  return now > contact.expires ? 'expired' : contact.expires - now;
}

function dump(usrloc: Usrloc, brief: boolean): RpcReply {
  const domains = usrloc.domains().map((domain) => {
    const records = domain.listed();
    const perSlot = new Map<number, number>();
    for (const record of records) perSlot.set(record.slot, (perSlot.get(record.slot) ?? 0) + 1);
    const aors = records.map((record): readonly [string, RpcValue] =>
      brief
        ? ['AoR', record.aor]
        : [
            'Info',
            struct([
              ['AoR', record.aor],
              ['HashID', record.hash],
              ['Contacts', listing(record.contacts.map((c) => ['Contact', shown(usrloc, c)] as const))],
            ]),
          ],
    );
    return [
      'Domain',
      struct([
        ['Domain', domain.name],
        ['Size', domain.slots],
        ['AoRs', listing(aors)],
        [
          'Stats',
          struct([
            ['Records', records.length],
            ['Max-Slots', Math.max(0, ...perSlot.values())],
          ]),
        ],
      ]),
    ] as const;
  });
  return reply(struct([['Domains', listing(domains)]]));
}

/** Lower case, and without a domain where domains do not count; null when one is missing. */
function fixAor(usrloc: Usrloc, aor: string): string | null {
  const at = aor.indexOf('@');
  if (usrloc.useDomain && at < 0) return null;
  const kept = usrloc.useDomain || at < 0 ? aor : aor.slice(0, at);
  return usrloc.caseSensitive ? kept : kept.toLowerCase();
}

/** The table and the address of record of a call, or the fault. */
function target(
  usrloc: Usrloc,
  table: unknown,
  aor: unknown,
): { readonly domain: Domain; readonly aor: string } | RpcReply {
  const domain = usrloc.findDomain(table as string);
  if (domain === undefined) return NO_TABLE;
  const fixed = fixAor(usrloc, aor as string);
  return fixed === null ? NO_DOMAIN : { domain, aor: fixed };
}

function lookup(usrloc: Usrloc, call: RpcCall): Answer {
  const scan = call.scan('SS');
  if (!scan.ok) return fault(500, 'Not enough parameters (table and AOR to lookup)');
  const where = target(usrloc, scan.args[0], scan.args[1]);
  if ('ok' in where) return where;
  return andThen(where.domain.contactsOf(where.aor), (contacts) => {
    if (contacts === undefined || contacts instanceof StoreFailure)
      return fault(500, 'AOR not found in location table');
    const valid = contacts.filter((c) => isValid(c, usrloc.now()));
    if (valid.length === 0) return fault(500, 'AOR has no contacts');
    return reply(
      struct([
        ['AoR', where.aor],
        ['Contacts', listing(valid.map((c) => ['Contact', shown(usrloc, c)] as const))],
      ]),
    );
  });
}

function remove(usrloc: Usrloc, call: RpcCall): Answer {
  const scan = call.scan('SS');
  if (!scan.ok) return fault(500, 'Not enough parameters (table and AOR to lookup)');
  const where = target(usrloc, scan.args[0], scan.args[1]);
  if ('ok' in where) return where;
  const done = where.domain.change(where.aor, (record) => {
    for (const contact of record.contacts) record.delete(contact);
  });
  return andThen(done, (result) => (result instanceof StoreFailure ? fault(500, 'Failed to delete AOR') : reply()));
}

function removeContact(usrloc: Usrloc, call: RpcCall): Answer {
  const scan = call.scan('SSS');
  if (!scan.ok) return fault(500, 'Not enough parameters (table, AOR and contact)');
  const where = target(usrloc, scan.args[0], scan.args[1]);
  if ('ok' in where) return where;
  const address = scan.args[2] as string;
  const done = where.domain.change(where.aor, (record): RpcReply => {
    if (record.contacts.length === 0) return fault(404, 'AOR not found');
    const match = findByAddress(
      record.contacts,
      { address, callId: RPC_CALL_ID, path: '', cseq: RPC_CSEQ + 1 },
      usrloc.rules.matchingMode,
      usrloc.rules.cseqDelay,
      record.now,
    );
    if (match.outcome === 'none') return fault(404, 'Contact not found');
    if (match.outcome !== 'found') return fault(500, "Internal error (can't get contact)");
    record.delete(match.contact);
    return reply();
  });
  return andThen(done, (result) =>
    result instanceof StoreFailure ? fault(500, "Internal error (can't delete contact)") : result,
  );
}

/** Optional parameters are left out by `.` or `0`. */
function given(text: unknown): string {
  return typeof text === 'string' && text !== '.' && text !== '0' ? text : '';
}

function add(usrloc: Usrloc, call: RpcCall): Answer {
  const scan = call.scan('SSSdfSuuu*SS');
  if (!scan.ok || scan.count < 9) {
    usrloc.error(`not enough parameters - read so far: ${scan.count}`);
    return fault(500, 'Not enough parameters or wrong format');
  }
  const [table, owner, address, expires, q, path, flags, cflags, methods, received, socket] = scan.args;
  const where = target(usrloc, table, owner);
  if ('ok' in where) return where;
  const now = usrloc.now();
  const info: ContactInfo = {
    address: address as string,
    received: given(received),
    path: given(path),
    expires: (expires as number) === 0 ? 0 : now + (expires as number),
    q: Math.max(-1, Math.min(1000, Math.round((q as number) * 1000))),
    callId: RPC_CALL_ID,
    cseq: RPC_CSEQ,
    flags: flags as number,
    cflags: cflags as number,
    userAgent: RPC_USER_AGENT,
    socket: usrloc.findSocket(given(socket))?.text ?? '',
    lastModified: 0,
    methods: (methods as number) >>> 0 || ALL_METHODS & (methods as number),
    instance: '',
    regId: 0,
    serverId: usrloc.host.settings.server_id,
    connectionId: -1,
    xavp: [],
  };
  const done = where.domain.change(where.aor, (record): RpcReply => {
    const match = findByAddress(
      record.contacts,
      { address: info.address, callId: info.callId, path: info.path, cseq: RPC_CSEQ + 1 },
      usrloc.rules.matchingMode,
      usrloc.rules.cseqDelay,
      record.now,
    );
    if (match.outcome === 'found') record.update(match.contact, info);
    else if (match.outcome === 'none') record.insert(usrloc.newRpcRuid(), info);
    else return fault(500, "Can't get record");
    return reply();
  });
  return andThen(done, (result) => (result instanceof StoreFailure ? fault(500, "Can't insert contact") : result));
}

/** `ul.db_*`: counts in the database. */
function counter(
  what: 'users' | 'contacts',
  expired: boolean,
  failure: string,
): (usrloc: Usrloc, call: RpcCall) => Answer {
  return async (usrloc, call) => {
    if (usrloc.rules.dbMode === DbMode.NONE || usrloc.store === null) {
      return fault(500, 'Command is not supported in db_mode=0');
    }
    const scan = call.scan('S');
    if (!scan.ok) return fault(500, 'Not enough parameters (table to lookup)');
    const count = await usrloc.store.count(scan.args[0] as string, what, expired);
    return count.ok ? reply(count.value) : fault(500, failure);
  };
}

const command = (doc: string, run: (usrloc: Usrloc, call: RpcCall) => Answer): RpcDef<Usrloc> =>
  rpc(doc, (usrloc) => (call) => run(usrloc, call));

export const commands: Readonly<Record<string, RpcDef<Usrloc>>> = {
  'ul.dump': command('Dump user location tables', (usrloc, call) => {
    const scan = call.scan('*S');
    return dump(usrloc, scan.ok && scan.args[0] === 'brief');
  }),
  'ul.lookup': command('Lookup one AOR in the usrloc location table', lookup),
  'ul.rm': command('Delete an address of record including its contacts', remove),
  'ul.rm_contact': command('Delete a contact from an AOR record', removeContact),
  'ul.flush': command('Flush the usrloc memory cache to DB', async (usrloc) =>
    (await usrloc.flush()) ? reply() : fault(500, 'Operation failed'),
  ),
  'ul.add': command('Add a new contact for an address of record', add),
  'ul.db_users': command(
    'Tell number of different unexpired users (AoRs) in database table (db_mode!=0 only)',
    counter('users', false, 'Failed to query AoR count'),
  ),
  'ul.db_contacts': command(
    'Tell number of unexpired contacts in database table (db_mode=3 only)',
    counter('contacts', false, 'Failed to query contact count'),
  ),
  'ul.db_expired_contacts': command(
    'Tell number of expired contacts in database table (db_mode=3 only)',
    counter('contacts', true, 'Failed to query contact count'),
  ),
};
