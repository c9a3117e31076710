import { int, type TableSchema, text } from './table.js';

/** Accounts of auth_db, aliases of alias_db, registrations of uac. */
export const AUTH_TABLES: readonly TableSchema[] = [
  {
    name: 'subscriber',
    version: 7,
    columns: [
      text('username', 64, ''),
      text('domain', 64, ''),
      text('password', 64, ''),
      text('ha1', 128, ''),
      text('ha1b', 128, ''),
    ],
    unique: [{ name: 'subscriber_account_idx', columns: ['username', 'domain'] }],
    indexes: [{ name: 'subscriber_username_idx', columns: ['username'] }],
  },
  {
    name: 'dbaliases',
    version: 1,
    columns: [
      text('alias_username', 64, ''),
      text('alias_domain', 64, ''),
      text('username', 64, ''),
      text('domain', 64, ''),
    ],
    indexes: [
      { name: 'dbaliases_alias_user_idx', columns: ['alias_username'] },
      { name: 'dbaliases_alias_idx', columns: ['alias_username', 'alias_domain'] },
      { name: 'dbaliases_target_idx', columns: ['username', 'domain'] },
    ],
  },
  {
    name: 'uacreg',
    version: 5,
    columns: [
      text('l_uuid', 64, ''),
      text('l_username', 64, ''),
      text('l_domain', 64, ''),
      text('r_username', 64, ''),
      text('r_domain', 64, ''),
      text('realm', 64, ''),
      text('auth_username', 64, ''),
      text('auth_password', 64, ''),
      text('auth_ha1', 128, ''),
      text('auth_proxy', 255, ''),
      int('expires', 0),
      int('flags', 0),
      int('reg_delay', 0),
      text('contact_addr', 255, ''),
      text('socket', 128, ''),
    ],
    unique: [{ name: 'uacreg_l_uuid_idx', columns: ['l_uuid'] }],
  },
];
