import { int } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import { LoadMode, loadContacts, nextContactFlow, nextContacts } from './contacts.js';
import type { Tm } from './state.js';

const { fn } = entriesOf<Tm>();

/** Serial forking by q (RFC 3261 §16.6). */
export const CONTACT_FUNCTIONS: Readonly<Record<string, FunctionDef<Tm> | readonly FunctionDef<Tm>[]>> = {
  t_load_contacts: [
    fn(
      [],
      {
        routes: ['REQUEST', 'FAILURE'],
        doc: 'Moves the destination set, ordered by q, to where t_next_contacts() takes it from.',
        example: 't_load_contacts();',
        returns: { '1': 'moved, or there is one contact only', '-1': 'contacts_avp is not set' },
      },
      (tm) => (ctx) => loadContacts(tm, ctx, LoadMode.STANDARD),
    ),
    fn(
      [int('mode', '0: equal q fork in parallel; 1: one after the other, drawn with q as weight')],
      {
        routes: ['REQUEST', 'FAILURE'],
        doc: 'Moves the destination set, ordered by q, to where t_next_contacts() takes it from.',
        example: 't_load_contacts("1");',
        returns: {
          '1': 'moved, or there is one contact only',
          '-1': 'contacts_avp is not set, or the mode is unknown',
        },
      },
      (tm) => (ctx, mode) => loadContacts(tm, ctx, mode),
    ),
  ],
  t_next_contacts: fn(
    [],
    {
      routes: ['REQUEST', 'FAILURE'],
      doc: 'Makes the contacts with the highest q the destination set.',
      example: 'if (t_next_contacts()) t_relay();',
      returns: { '1': 'there are contacts', '-2': 'none are left', '-1': 'contacts_avp is not set' },
    },
    (tm) => (ctx) => nextContacts(tm, ctx),
  ),
  t_next_contact_flow: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Adds another flow of the failed branch’s instance (RFC 5626).',
      example: 'event_route[tm:branch-failure:x] { if (t_next_contact_flow()) t_relay(); }',
      returns: { '1': 'added', '-2': 'there is none', '-1': 'contact_flows_avp is not set' },
    },
    (tm) => (ctx) => nextContactFlow(tm, ctx),
  ),
};
