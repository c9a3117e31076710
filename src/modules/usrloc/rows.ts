import type { Assignment, Condition, DbValue } from '../../db/database.js';
import { ALL_METHODS, type Contact, type ContactAttribute } from './contact.js';

/** Column names of the location table, by field. */
export interface Columns {
  readonly user: string;
  readonly domain: string;
  readonly contact: string;
  readonly expires: string;
  readonly q: string;
  readonly callid: string;
  readonly cseq: string;
  readonly flags: string;
  readonly cflags: string;
  readonly userAgent: string;
  readonly received: string;
  readonly path: string;
  readonly socket: string;
  readonly methods: string;
  readonly lastModified: string;
  readonly ruid: string;
  readonly instance: string;
  readonly regId: string;
  readonly serverId: string;
  readonly connectionId: string;
  readonly keepalive: string;
  readonly partition: string;
}

export interface RowLayout {
  readonly columns: Columns;
  readonly useDomain: boolean;
  /** Times are Unix seconds in a bigint column, not datetimes. */
  readonly numericTimes: boolean;
  /** Writes NULL for fields without a value, in place of leaving them to the column's default. */
  readonly insertNull: boolean;
}

/** The columns that loading asks for, in the order {@link contactOfRow} reads them. */
export function loadColumns({ columns: c, useDomain }: RowLayout): string[] {
  const list = [
    ...[c.user, c.contact, c.expires, c.q, c.callid, c.cseq, c.flags, c.cflags, c.userAgent, c.received, c.path],
    ...[c.socket, c.methods, c.lastModified, c.ruid, c.instance, c.regId, c.serverId, c.connectionId, c.keepalive],
  ];
  return useDomain ? [...list, c.domain] : list;
}

/** The contact that a row holds; a message when the row makes no sense. */
export function contactOfRow(row: readonly DbValue[], layout: RowLayout, now: number): Contact | string {
  const user = textOf(row[0]);
  const domain = layout.useDomain ? textOf(row[20]) : '';
  if (user === '') return 'empty username record in table';
  if (textOf(row[1]) === '') return 'empty contact record in table';
  if (row[2] === null) return 'empty expire';
  return {
    aor: layout.useDomain && domain !== '' ? `${user}@${domain}` : user,
    address: textOf(row[1]),
    expires: secondsOf(row[2]),
    q: row[3] === null ? -1 : Math.round(Number(row[3]) * 1000),
    callId: textOf(row[4]),
    cseq: Number(row[5] ?? 0),
    flags: Number(row[6] ?? 0),
    cflags: Number(row[7] ?? 0),
    userAgent: textOf(row[8]),
    received: textOf(row[9]),
    path: textOf(row[10]),
    socket: textOf(row[11]),
    methods: row[12] === null || row[12] === undefined ? ALL_METHODS : Number(row[12]),
    lastModified: secondsOf(row[13]),
    ruid: textOf(row[14]),
    instance: textOf(row[15]),
    regId: Number(row[16] ?? 0),
    serverId: Number(row[17] ?? 0),
    connectionId: Number(row[18] ?? -1),
    keepalive: Number(row[19] ?? 0),
    lastKeepalive: now,
    kaRoundtrip: 0,
    xavp: [],
    state: 'CS_SYNC',
  };
}

/** All columns of a new row. */
export function rowOfContact(contact: Contact, layout: RowLayout): Assignment[] {
  const { columns: c } = layout;
  const { user, domain } = splitAor(contact.aor, layout.useDomain);
  const values: Assignment[] = [
    { column: c.user, value: user },
    { column: c.contact, value: contact.address },
    { column: c.expires, value: time(contact.expires, layout) },
    { column: c.q, value: q(contact.q) },
    { column: c.callid, value: contact.callId },
    { column: c.cseq, value: contact.cseq },
    { column: c.flags, value: contact.flags },
    { column: c.cflags, value: contact.cflags },
    { column: c.userAgent, value: contact.userAgent },
    { column: c.lastModified, value: time(contact.lastModified, layout) },
    { column: c.regId, value: contact.regId },
    { column: c.serverId, value: contact.serverId },
    { column: c.connectionId, value: contact.connectionId },
    { column: c.keepalive, value: contact.keepalive },
    { column: c.partition, value: 0 },
  ];
  const optional = (column: string, value: DbValue, present: boolean): void => {
    if (present) values.push({ column, value });
    else if (layout.insertNull) values.push({ column, value: null });
  };
  optional(c.received, contact.received, contact.received !== '');
  optional(c.path, contact.path, contact.path !== '');
  optional(c.socket, contact.socket, contact.socket !== '');
  optional(c.methods, contact.methods, contact.methods !== ALL_METHODS);
  optional(c.ruid, contact.ruid, contact.ruid !== '');
  optional(c.instance, contact.instance, contact.instance !== '');
  if (layout.useDomain) values.push({ column: c.domain, value: domain });
  return values;
}

/** What an update writes: everything but what a row is found by. */
export function updateOfContact(contact: Contact, layout: RowLayout): Assignment[] {
  const { columns: c } = layout;
  const keys = new Set([c.user, c.domain, c.ruid, c.keepalive, c.partition]);
  const row = rowOfContact(contact, { ...layout, insertNull: true });
  return row.filter(({ column }) => !keys.has(column));
}

/** The condition that finds a contact's row: its id, or its address and owner. */
export function whereContact(contact: Contact, layout: RowLayout, byRuid: boolean): Condition[] {
  const { columns: c } = layout;
  if (byRuid) return [{ column: c.ruid, value: contact.ruid }];
  return [...whereAor(contact.aor, layout), { column: c.contact, value: contact.address }];
}

export function whereAor(aor: string, layout: RowLayout): Condition[] {
  const { user, domain } = splitAor(aor, layout.useDomain);
  const byUser = { column: layout.columns.user, value: user };
  return layout.useDomain ? [byUser, { column: layout.columns.domain, value: domain }] : [byUser];
}

/** An address of record as its two columns. */
export function splitAor(aor: string, useDomain: boolean): { readonly user: string; readonly domain: string } {
  if (!useDomain) return { user: aor, domain: '' };
  const at = aor.indexOf('@');
  return at < 0 ? { user: '', domain: aor } : { user: aor.slice(0, at), domain: aor.slice(at + 1) };
}

/** `atype` of the attribute table. */
const ATTRIBUTE_INT = 1;
const ATTRIBUTE_TEXT = 2;

/** Rows of the `<table>_attrs` table, one per attribute. */
export function attributeRows(contact: Contact, useDomain: boolean): Assignment[][] {
  const { user, domain } = splitAor(contact.aor, useDomain);
  return contact.xavp.map(([name, value]) => [
    { column: 'ruid', value: contact.ruid },
    { column: 'username', value: user },
    { column: 'aname', value: name },
    { column: 'atype', value: typeof value === 'number' ? ATTRIBUTE_INT : ATTRIBUTE_TEXT },
    { column: 'avalue', value: `${value}` },
    { column: 'last_modified', value: new Date(contact.lastModified * 1000) },
    ...(useDomain ? [{ column: 'domain', value: domain }] : []),
  ]);
}

/** An attribute from `aname`, `atype`, `avalue`. */
export function attributeOfRow(name: DbValue, type: DbValue, value: DbValue): ContactAttribute {
  return [textOf(name), Number(type) === ATTRIBUTE_INT ? Number(textOf(value)) : textOf(value)];
}

export function textOf(value: DbValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return typeof value === 'string' ? value : `${value}`;
}

function secondsOf(value: DbValue | undefined): number {
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (typeof value === 'string') return Math.floor(Date.parse(`${value.replace(' ', 'T')}`) / 1000) || 0;
  return Number(value ?? 0);
}

function time(seconds: number, layout: RowLayout): DbValue {
  return layout.numericTimes ? seconds : new Date(seconds * 1000);
}

function q(thousandths: number): number {
  return thousandths < 0 ? -1 : thousandths / 1000;
}
