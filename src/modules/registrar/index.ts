import { ArgumentError, type BindEnv, int, literal, parsed, text } from '../../registry/arguments.js';
import { defineModule, entriesOf, type FunctionInfo, type SuspendsWhen } from '../../registry/module.js';
import usrlocModule, { type Domain, type Usrloc } from '../usrloc/index.js';
import { fromUser, lookup, lookupBranches, lookupXavp, registered } from './lookup.js';
import { params } from './params.js';
import { ulc } from './profiles.js';
import { SAVE_FLAGS, SaveFlag, save, unregister } from './save.js';
import { Registrar, STATISTICS } from './state.js';

export { Registrar } from './state.js';

const { fn } = entriesOf<Registrar>();

/** A location table, by a literal name: naming it makes it. */
const table = parsed<Domain>('table', (name, env) => usrlocOf(env).domain(name), 'name of a location table');

const flags = parsed<number>(
  'flags',
  (source, env) => {
    const value = /^0x/i.test(source) ? Number(source) : Number.parseInt(source, 10);
    if (!(value >= 0 && value <= SAVE_FLAGS)) throw new ArgumentError(`bad flags <${source}>`);
    if ((value & SaveFlag.MEMORY_ONLY) !== 0 && usrlocOf(env).rules.dbMode === 3) {
      throw new ArgumentError('MEM flag set while using the DB_ONLY mode in USRLOC');
    }
    return value;
  },
  '1 memory only, 2 no reply, 4 one contact per user, 8 no variation of expires, 16 prepare the reply’s headers',
);

function usrlocOf(env: BindEnv): Usrloc {
  const usrloc = env.moduleState('usrloc') as Usrloc | undefined;
  if (usrloc === undefined) throw new ArgumentError('module usrloc is not loaded');
  return usrloc;
}

const uri = text('uri');

const SAVED = {
  '1': 'contacts inserted',
  '2': 'contacts updated',
  '3': 'contacts removed',
  '4': 'contacts listed',
  '-1': 'refused',
  '-2': 'too many contacts',
};
const FOUND = { '1': 'found', '-1': 'no contact', '-2': 'no contact for this method', '-3': 'error' };
const YES_NO = { '1': 'yes', '-1': 'no' };
const REMOVED = { '1': 'done', '-1': 'no address of record', '-2': 'failed', '-3': 'no such contact' };

/** Whether contacts are read from or written to a database while a script waits: `db_mode` 1 and 3 of usrloc. */
const usesDatabase: SuspendsWhen = (_literals, _settings, settingsOf) =>
  settingsOf(usrlocModule).some(({ name, value }) => name === 'db_mode' && !['0', '2', '4'].includes(`${value}`));

const info = (
  routes: FunctionInfo['routes'],
  doc: string,
  example: string,
  returns: FunctionInfo['returns'],
): FunctionInfo => ({ routes, doc, example, returns, suspends: usesDatabase, literalOnly: true });

const saving = info(
  ['REQUEST', 'FAILURE', 'ONREPLY'],
  'Processes a REGISTER and replies to it.',
  'if (!save("location")) { sl_reply_error(); }',
  SAVED,
);
const lookingUp = info(
  ['REQUEST', 'FAILURE'],
  'Puts the contacts of the Request-URI in its place.',
  'if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }',
  FOUND,
);
const toDset = info(
  ['REQUEST', 'FAILURE'],
  'Adds the contacts of the Request-URI as branches.',
  'lookup_to_dset("location");',
  FOUND,
);
const asking = info(
  ['ANY'],
  'Whether an address of record has a contact. Matches: 1 Call-ID, 2 received, 4 address of the xavp `xavp_cfg`; actions: 1 restore the contact’s xavp, 2 do not note what was found.',
  'if (registered("location")) { xlog("yes\\n"); }',
  YES_NO,
);
const removing = info(
  ['ANY'],
  'Removes the contacts of an address of record, or the one of an id.',
  'unregister("location", "$ru");',
  REMOVED,
);

export default defineModule({
  name: 'registrar',
  doc: 'Registrations (RFC 3261 §10): saving, looking up and removing contacts.',
  depends: ['usrloc', 'sl'],
  params,
  functions: {
    save: [
      fn([table], saving, (state) => (ctx, domain) => save(state, ctx, domain, 0, null)),
      fn([table, flags], saving, (state) => (ctx, domain, bits) => save(state, ctx, domain, bits, null)),
      fn(
        [table, flags, uri],
        saving,
        (state) => (ctx, domain, bits, owner) => (owner === '' ? noUri(state) : save(state, ctx, domain, bits, owner)),
      ),
    ],
    lookup: [
      fn([table], lookingUp, (state) => (ctx, domain) => lookup(state, ctx, domain, null, false)),
      fn(
        [table, uri],
        lookingUp,
        (state) => (ctx, domain, owner) => (owner === '' ? noUri(state) : lookup(state, ctx, domain, owner, false)),
      ),
    ],
    lookup_to_dset: [
      fn([table], toDset, (state) => (ctx, domain) => lookup(state, ctx, domain, null, true)),
      fn(
        [table, uri],
        toDset,
        (state) => (ctx, domain, owner) => (owner === '' ? noUri(state) : lookup(state, ctx, domain, owner, true)),
      ),
    ],
    lookup_branches: fn(
      [table],
      info(
        ['REQUEST', 'FAILURE'],
        'Looks up the Request-URI and every branch that has only its URI.',
        'lookup_branches("location");',
        FOUND,
      ),
      (state) => (ctx, domain) => lookupBranches(state, ctx, domain),
    ),
    registered: [
      fn([table], asking, (state) => (ctx, domain) => registered(state, ctx, domain, null, 0, 0)),
      fn(
        [table, uri],
        asking,
        (state) => (ctx, domain, owner) => (owner === '' ? noUri(state) : registered(state, ctx, domain, owner, 0, 0)),
      ),
      fn(
        [table, uri, int('match')],
        asking,
        (state) => (ctx, domain, owner, match) =>
          owner === '' ? noUri(state) : registered(state, ctx, domain, owner, match, 0),
      ),
      fn(
        [table, uri, int('match'), int('action')],
        asking,
        (state) => (ctx, domain, owner, match, action) =>
          owner === '' ? noUri(state) : registered(state, ctx, domain, owner, match, action),
      ),
    ],
    unregister: [
      fn(
        [table, uri],
        removing,
        (state) => (ctx, domain, owner) => (owner === '' ? noUri(state) : unregister(state, ctx, domain, owner, '')),
      ),
      fn([table, uri, text('ruid')], removing, (state) => (ctx, domain, owner, ruid) => {
        if (ruid !== '') return unregister(state, ctx, domain, owner, ruid);
        state.host.log.error('registrar', 'invalid ruid parameter');
        return -1;
      }),
    ],
    add_sock_hdr: fn(
      [text('name')],
      {
        routes: ['REQUEST'],
        doc: 'Adds a header with the socket that the request came in on.',
        example: 'add_sock_hdr("X-Sock");',
        returns: { '1': 'added', '-1': 'no name' },
      },
      (state) =>
        ({ msg }, name) => {
          if (name === '') {
            state.host.log.error('registrar', 'invalid header name parameter');
            return -1;
          }
          msg.edits.insertAfter(msg.headersEnd, `${name}: ${msg.received.socket.text}\r\n`);
          return 1;
        },
    ),
    reg_fetch_contacts: fn(
      [table, uri, literal('profile')],
      info(
        ['REQUEST', 'FAILURE'],
        'Fetches the contacts of an address of record for `$ulc`.',
        'reg_fetch_contacts("location", "$ru", "callee");',
        { '1': 'fetched', '-1': 'no such address of record' },
      ),
      (state) => (_ctx, domain, owner, profile) => state.fetch(domain, owner, profile),
    ),
    reg_free_contacts: fn(
      [literal('profile')],
      {
        routes: ['REQUEST', 'FAILURE'],
        doc: 'Lets fetched contacts go.',
        example: 'reg_free_contacts("callee");',
        returns: { '1': 'always' },
      },
      (state) => (_ctx, profile) => {
        state.profiles.delete(profile);
        return 1;
      },
    ),
    lookup_xavp: fn(
      [text('table'), uri, text('record_xavp'), text('contact_xavp')],
      {
        ...info(
          ['ANY'],
          'Writes the contacts of an address of record into xavps.',
          'lookup_xavp("location", "$ru", "ulrcd", "ulcnt");',
          { '1': 'found', '-1': 'no such address of record' },
        ),
        literalOnly: false,
        since: '6.x',
      },
      (state) => (ctx, name, owner, record, contact) => {
        const domain = domainOf(state, name);
        return domain === null ? -1 : lookupXavp(state, ctx, domain, owner, record, contact);
      },
    ),
    reg_from_user: fn(
      [text('table'), uri, int('mode', '1: same port too; 2: same protocol too')],
      {
        ...info(
          ['ANY'],
          'Whether the message came from where a contact is.',
          'reg_from_user("location", "$fu", "0");',
          YES_NO,
        ),
        literalOnly: false,
        since: '6.x',
      },
      (state) => (ctx, name, owner, mode) => {
        const domain = domainOf(state, name);
        return domain === null ? -1 : fromUser(state, ctx, domain, owner, mode);
      },
    ),
    reg_send_reply: fn(
      [],
      {
        routes: ['REQUEST', 'FAILURE'],
        doc: 'Sends the reply that `save()` held back.',
        example: 'reg_send_reply();',
        returns: { '1': 'sent', '-1': 'not sent' },
      },
      (state) => (ctx) => (state.reply(ctx) ? 1 : -1),
    ),
  },
  pvs: { ulc },
  eventRoutes: {
    'usrloc:contact-expired': 'Runs for every contact that expired, seen as `$ulc(exp=>addr)` and so on.',
  },
  statistics: STATISTICS,
  configure: (host, values) => new Registrar(host, values),
  start: (state) => state.start(),
});

function noUri(state: Registrar): -1 {
  state.host.log.error('registrar', 'invalid uri parameter');
  return -1;
}

function domainOf(state: Registrar, name: string): Domain | null {
  const domain = state.usrloc.findDomain(name) ?? null;
  if (domain === null) state.host.log.error('registrar', `usrloc domain [${name}] not found`);
  return domain;
}
