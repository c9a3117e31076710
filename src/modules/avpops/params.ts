import { parseScheme } from './scheme.js';

/** Parameters of the module. `db_scheme` is read by `scheme.ts`. */
export const params = {
  db_url: {
    type: 'string',
    default: null,
    doc: 'The database of `avp_db_load`, `avp_db_store`, `avp_db_delete` and `avp_db_query`, which cannot be used without it.',
  },
  avp_table: { type: 'string', default: null, doc: 'The table of AVPs; needed with `db_url`.' },
  use_domain: {
    type: 'int',
    default: 0,
    doc: '1: AVPs of a URI belong to user and domain. 0: the domain counts only where a call says so.',
  },
  uuid_column: { type: 'string', default: 'uuid', doc: 'Column of the id that AVPs belong to.' },
  attribute_column: { type: 'string', default: 'attribute', doc: 'Column of the AVP’s name.' },
  value_column: { type: 'string', default: 'value', doc: 'Column of the AVP’s value.' },
  type_column: {
    type: 'string',
    default: 'type',
    doc: 'Column of the AVP’s type: 1 for an integer value, plus 2 for an integer name.',
  },
  username_column: { type: 'string', default: 'username', doc: 'Column of the user that AVPs belong to.' },
  domain_column: { type: 'string', default: 'domain', doc: 'Column of the domain that AVPs belong to.' },
  db_scheme: {
    type: 'list',
    value: 'string',
    doc:
      'Where `avp_db_load(source, "$avp(x)/$name")` finds one value: `name:table=t;value_col=v;value_type=integer`, and ' +
      '`uuid_col`, `username_col`, `domain_col` where they differ. Repeatable.',
    check: (value: string): string | null => {
      const scheme = parseScheme(value);
      return typeof scheme === 'string' ? scheme : null;
    },
  },
} as const;
