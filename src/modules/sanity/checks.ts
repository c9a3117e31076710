/** Bits of the message checks. */
export const Check = {
  RURI_SIP_VERSION: 1 << 0,
  RURI_SCHEME: 1 << 1,
  REQUIRED_HEADERS: 1 << 2,
  VIA_SIP_VERSION: 1 << 3,
  VIA_PROTOCOL: 1 << 4,
  CSEQ_METHOD: 1 << 5,
  CSEQ_VALUE: 1 << 6,
  CONTENT_LENGTH: 1 << 7,
  EXPIRES: 1 << 8,
  PROXY_REQUIRE: 1 << 9,
  URIS: 1 << 10,
  DIGEST: 1 << 11,
  DUPLICATE_TAGS: 1 << 12,
  AUTHORIZATION: 1 << 13,
  VIA1_HEADER: 1 << 14,
  RFC3261: 1 << 15,
  SIZES: 1 << 16,
} as const;

/** First value above all message checks: 5.6 knows none from `RFC3261` on. */
export const CHECK_LIMIT = { '5.6': 1 << 15, '6.x': 1 << 17 } as const;

/** Bits of the URI checks. */
export const UriCheck = { RURI: 1, FROM: 2, TO: 4, CONTACT: 8 } as const;

/** First value above all URI checks. */
export const URI_CHECK_LIMIT = 1 << 4;

/** What a check found. */
export type Verdict =
  | 'passed'
  /** Nothing to be judged: credentials of another scheme. */
  | 'not-applicable'
  | Failure;

/** A failed check with the reply that tells the sender; without one the message cannot or must not be answered. */
export interface Failure {
  readonly status: number;
  readonly reason: string;
  /** True when no later failure of the message may be answered either: it lacks what a reply is made of. */
  readonly silent: boolean;
  /** A header line for the reply. */
  readonly header?: string;
}

/** A failure that is answered. */
export function refuse(reason: string, status = 400, header?: string): Failure {
  return { status, reason, silent: false, ...(header === undefined ? {} : { header }) };
}

/** A failure that is not answered. */
export const UNANSWERED: Failure = { status: 0, reason: '', silent: false };

/** A failure that is not answered, of a message that cannot be answered at all. */
export const UNANSWERABLE: Failure = { status: 0, reason: '', silent: true };
