import type { ScriptContext } from '../../script/context.js';
import type { NameAddr } from '../../sip/nameaddr.js';

/** What a record is about: the texts that lines in the log begin with. */
export const Kind = {
  REQUEST: 'ACC: request accounted: ',
  MISSED: 'ACC: call missed: ',
  ANSWERED: 'ACC: transaction answered: ',
  ACKNOWLEDGED: 'ACC: request acknowledged: ',
} as const;

/** One thing to account for. */
export interface AccountingEvent {
  readonly kind: (typeof Kind)[keyof typeof Kind];
  /** The run in which values are read; its message is the request, or the ACK. */
  readonly ctx: ScriptContext;
  /** To of the reply, or of the request when there is none. */
  readonly to: NameAddr | null;
  /** Tag for a To that has none; empty for none. */
  readonly localTag: string;
  /** Status as text; empty when there is none. */
  readonly code: string;
  readonly reason: string;
  /** From and To change places. */
  readonly upstream: boolean;
}

/** The values that every record has. Null: the message has none. */
export interface CoreValues {
  readonly method: string;
  readonly fromTag: string | null;
  readonly toTag: string | null;
  readonly callId: string | null;
  readonly code: string;
  readonly reason: string;
}

export function coreValues(event: AccountingEvent): CoreValues {
  const { msg } = event.ctx;
  const from = event.upstream ? event.to : msg.from;
  const to = event.upstream ? msg.from : event.to;
  return {
    method: msg.cseq?.method ?? msg.method,
    fromTag: from?.tag || null,
    toTag: to?.tag || event.localTag || null,
    callId: msg.callId,
    code: event.code,
    reason: event.reason,
  };
}

/** Splits `404 Not here` into status and text; a comment without status is all text. */
export function splitComment(comment: string): { readonly code: string; readonly reason: string } {
  const parts = /^(\d{3})\s*([\s\S]*)$/.exec(comment);
  return parts === null ? { code: '', reason: comment } : { code: parts[1]!, reason: parts[2]! };
}
