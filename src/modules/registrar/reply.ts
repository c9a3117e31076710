import type { ScriptContext } from '../../script/context.js';
import { slotHash } from '../../shm/slot-hash.js';
import { formatQ } from '../../sip/contact.js';
import { Hdr } from '../../sip/header-names.js';
import type { Sl } from '../sl/index.js';
import { type Contact, isValid } from '../usrloc/index.js';
import { REASONS, RegError } from './errors.js';
import type { Settings } from './settings.js';

/** Between the id and the hash in temporary GRUUs. */
export const GRUU_SEPARATOR = '-';

/** What the reply to a REGISTER is made of. */
export interface PendingReply {
  readonly error: RegError;
  /** Contacts to list; null lists none. */
  readonly contacts: readonly Contact[] | null;
  /** Host of the address of record, for GRUUs. */
  readonly host: string;
  /** Path that was stored; empty when there is none. */
  readonly path: string;
}

/** `Contact: <uri>;q=…;expires=…, …`; null when no contact is valid. */
export function contactHeader(
  contacts: readonly Contact[],
  host: string,
  withGruu: boolean,
  now: number,
  settings: Settings,
): string | null {
  let list = '';
  for (const c of contacts) {
    if (!isValid(c, now)) continue;
    list += `${list === '' ? 'Contact: ' : ', '}${contactText(c, host, withGruu, now, settings)}`;
  }
  return list === '' ? null : list;
}

function contactText(c: Contact, host: string, withGruu: boolean, now: number, settings: Settings): string {
  const { received_param: receivedParam, gruu_enabled: gruuEnabled } = settings.params;
  let text = `<${c.address}>`;
  if (c.q >= 0) text += `;q=${formatQ(c.q)}`;
  text += `;expires=${c.expires - now}`;
  if (receivedParam !== '' && c.received !== '') text += `;${receivedParam}="${c.received}"`;
  if (gruuEnabled === 1 && withGruu && c.instance !== '') {
    text += `;pub-gruu="${publicGruu(c, host)}";temp-gruu="${temporaryGruu(c, host)}"`;
  }
  if (c.instance !== '') text += `;+sip.instance="${c.instance}"`;
  if (c.regId > 0) text += `;reg-id=${c.regId}`;
  return text;
}

/** RFC 5627 §3.1.1: the address of record with the instance as `gr`. */
function publicGruu(c: Contact, host: string): string {
  const owner = c.aor.includes('@') ? c.aor : `${c.aor}@${host}`;
  return `sip:${owner};gr=${c.instance.replace(/^<(.*)>$/, '$1')}`;
}

/** RFC 5627 §3.1.2: the contact's id and the hash of its owner, lowest digit first. */
function temporaryGruu(c: Contact, host: string): string {
  const digits = [...slotHash(c.aor).toString(16)].reverse().join('');
  return `sip:${c.ruid}${GRUU_SEPARATOR}${digits}@${host};gr`;
}

/** Puts the headers of the reply in place; the status that it is to have. */
export function prepareReply(ctx: ScriptContext, pending: PendingReply, settings: Settings, now: number): number {
  const { msg } = ctx;
  const add = (line: string): void => msg.replyEdits.addLines(`${line}\r\n`);
  if (pending.contacts !== null) {
    const header = contactHeader(pending.contacts, pending.host, msg.supports('gruu'), now, settings);
    if (header !== null) add(header);
  }
  const error = pending.error === RegError.FINE ? fineHeaders(ctx, pending, settings, add) : pending.error;
  if (error === RegError.OUTBOUND_UNSUPPORTED) {
    add('Require: outbound');
    add('Supported: outbound');
  } else if (error === RegError.OUTBOUND_REQUIRED) add('Unsupported: outbound');
  else if (error === RegError.TOO_BRIEF) add(`Min-Expires: ${settings.current.min_expires}`);
  const [status, text] = error;
  if (status !== 200) {
    add(`P-Registrar-Error: ${text}`);
    if (status >= 500 && settings.current.retry_after !== 0) add(`Retry-After: ${settings.current.retry_after}`);
  }
  return status;
}

/** Path and outbound headers of a success; the error when the client cannot cope with the Path. */
function fineHeaders(
  ctx: ScriptContext,
  pending: PendingReply,
  settings: Settings,
  add: (line: string) => void,
): RegError {
  const { msg } = ctx;
  const { params } = settings;
  let error: RegError = RegError.FINE;
  if (params.use_path !== 0 && pending.path !== '' && params.path_mode !== 0) {
    if (msg.supports('path')) add(`Path: ${pending.path}`);
    else if (params.path_mode === 2) {
      error = RegError.PATH_UNSUPPORTED;
      add('Unsupported: path');
      add(`Path: ${pending.path}`);
    }
  }
  const required = params.outbound_mode === 2;
  const used = params.outbound_mode === 1 && (msg.requires('outbound') || msg.supports('outbound'));
  if (required) add('Require: outbound');
  if (params.outbound_mode > 0) add('Supported: outbound');
  if (used) add('Require: outbound');
  if ((required || used) && params.flow_timer > 0) add(`Flow-Timer: ${params.flow_timer}`);
  return error;
}

/** Sends the reply through the transaction when there is one. */
export function sendReply(ctx: ScriptContext, pending: PendingReply, settings: Settings, sl: Sl, now: number): boolean {
  const status = prepareReply(ctx, pending, settings, now);
  return sl.replyEither(ctx, status, REASONS[status] ?? 'OK') >= 0;
}

/** Whether the message has a Supported header at all. */
export function hasSupported(ctx: ScriptContext): boolean {
  return ctx.msg.firstHeader(Hdr.SUPPORTED) >= 0;
}
