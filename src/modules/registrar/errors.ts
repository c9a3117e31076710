/** Why a registration is refused: the reply's status and what `P-Registrar-Error` says. */
export const RegError = {
  FINE: [200, 'No problem'],
  DELETE_RECORD: [500, 'usrloc_record_delete failed'],
  GET_RECORD: [500, 'usrloc_record_get failed'],
  INVALID_CSEQ: [400, 'Invalid CSeq number'],
  INSERT_CONTACT: [500, 'usrloc_contact_insert failed'],
  DELETE_CONTACT: [500, 'usrloc_contact_delete failed'],
  UPDATE_CONTACT: [500, 'usrloc_contact_update failed'],
  AOR_TOO_LONG: [500, 'Address Of Record too long'],
  AOR_PARSE: [400, 'Error while parsing AOR'],
  INVALID_Q: [400, 'Invalid q param in contact'],
  PARSE: [400, 'Message parse error'],
  NO_TO: [400, 'To header not found'],
  NO_CALL_ID: [400, 'Call-ID header not found'],
  NO_CSEQ: [400, 'CSeq header not found'],
  EXPIRES_PARSE: [400, 'Expires parse error'],
  CONTACT_PARSE: [400, 'Contact parse error'],
  STAR_EXPIRES: [400, '* used in contact and expires is not zero'],
  STAR_CONTACTS: [400, '* used in contact and more than 1 contact'],
  UNESCAPE: [400, 'Error while unescaping username'],
  TOO_MANY: [503, 'Too many registered contacts'],
  CONTACT_TOO_LONG: [400, 'Contact/received too long'],
  CALL_ID_TOO_LONG: [400, 'Callid too long'],
  PATH_PARSE: [400, 'Path parse error'],
  PATH_UNSUPPORTED: [420, 'No support for found Path indicated'],
  OUTBOUND_UNSUPPORTED: [421, 'No support for Outbound indicated'],
  OUTBOUND_REQUIRED: [420, 'No support for Outbound on server'],
  OUTBOUND_EDGE: [439, 'No support for Outbound on edge proxy'],
  INVALID_REG_ID: [400, 'Invalid Reg-Id number'],
  TOO_BRIEF: [423, 'Interval too brief'],
} as const satisfies Readonly<Record<string, readonly [status: number, text: string]>>;

export type RegError = (typeof RegError)[keyof typeof RegError];

/** Reason phrases of the replies. */
export const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  420: 'Bad Extension',
  421: 'Extension Required',
  423: 'Interval Too Brief',
  439: 'First Hop Lacks Outbound Support',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
};

/** A registration that is refused, with what to log. */
export class Refusal {
  constructor(
    readonly error: RegError,
    readonly text: string,
    /** Refusals of requests that are merely wrong are warnings or notes in upstream's log. */
    readonly level: 'error' | 'warn' | 'info' = 'error',
  ) {}
}
