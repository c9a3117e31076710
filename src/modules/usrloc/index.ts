import { defineModule } from '../../registry/module.js';
import { commands } from './commands.js';
import { params } from './params.js';
import { Usrloc } from './state.js';

export { type Contact, type ContactInfo, findByAddress, isValid } from './contact.js';
export { andThen, type Domain, type Eventually, StoreFailure } from './domain.js';
export { type ContactCallback, Usrloc } from './state.js';

export default defineModule({
  name: 'usrloc',
  doc: 'Where users are registered: contacts by address of record, in memory and database.',
  params,
  rpc: commands,
  statistics: {
    registered_users: 'Addresses of record with contacts, over all tables.',
    '<table>_users': 'Addresses of record in the table.',
    '<table>_contacts': 'Contacts in the table.',
    '<table>_expires': 'Contacts of the table that expired.',
  },
  configure: (host, values) => new Usrloc(host, values),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
