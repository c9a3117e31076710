/** A place of AVP values beside the table of AVPs: one column of any table (`db_scheme`). */
export interface Scheme {
  readonly name: string;
  readonly table?: string;
  readonly uuidColumn?: string;
  readonly usernameColumn?: string;
  readonly domainColumn?: string;
  readonly valueColumn?: string;
  readonly integers: boolean;
}

const COLUMNS: Readonly<Record<string, 'table' | 'uuidColumn' | 'usernameColumn' | 'domainColumn' | 'valueColumn'>> = {
  table: 'table',
  uuid_col: 'uuidColumn',
  username_col: 'usernameColumn',
  domain_col: 'domainColumn',
  value_col: 'valueColumn',
};

/** Reads `name:attribute=value;…`; the message when it cannot be read. */
export function parseScheme(text: string): Scheme | string {
  const [, name, rest] = /^\s*([^\s:]+)\s*:\s*(\S.*)$/s.exec(text) ?? [];
  if (name === undefined || rest === undefined) return `parse error in <${text}>`;
  const scheme: { -readonly [K in keyof Scheme]: Scheme[K] } = { name, integers: false };
  for (const part of rest.trim().replace(/;$/, '').split(';')) {
    const [, attribute, value] = /^\s*([^\s=]+)\s*=\s*([^\s;]+)\s*$/.exec(part) ?? [];
    if (attribute === undefined || value === undefined) return `parse error in <${text}> around ${part}`;
    const column = COLUMNS[attribute.toLowerCase()];
    if (column !== undefined) {
      if (scheme[column] !== undefined) return `parse error in <${text}>: ${attribute} is given twice`;
      scheme[column] = value;
    } else if (attribute.toLowerCase() === 'value_type') {
      const type = value.toLowerCase();
      if (type !== 'integer' && type !== 'string') return `unknown value type <${value}>`;
      scheme.integers = type === 'integer';
    } else return `unknown attribute <${attribute}>`;
  }
  return scheme;
}
