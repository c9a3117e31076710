/**
 * The header names the core knows, as small integers.
 * Names come from RFC 3261 §20 and the IANA registry of SIP header fields.
 */

/** Ids of the known headers; {@link Hdr.OTHER} is every name that is not in the table. */
export const Hdr = {
  OTHER: 0,
  VIA: 1,
  FROM: 2,
  TO: 3,
  CALL_ID: 4,
  CSEQ: 5,
  CONTACT: 6,
  MAX_FORWARDS: 7,
  ROUTE: 8,
  RECORD_ROUTE: 9,
  CONTENT_TYPE: 10,
  CONTENT_LENGTH: 11,
  AUTHORIZATION: 12,
  PROXY_AUTHORIZATION: 13,
  EXPIRES: 14,
  SUPPORTED: 15,
  REQUIRE: 16,
  PROXY_REQUIRE: 17,
  UNSUPPORTED: 18,
  ALLOW: 19,
  EVENT: 20,
  ACCEPT: 21,
  ACCEPT_LANGUAGE: 22,
  ACCEPT_ENCODING: 23,
  ORGANIZATION: 24,
  PRIORITY: 25,
  SUBJECT: 26,
  USER_AGENT: 27,
  SERVER: 28,
  CONTENT_DISPOSITION: 29,
  CONTENT_ENCODING: 30,
  CONTENT_LANGUAGE: 31,
  DIVERSION: 32,
  RPID: 33,
  REFER_TO: 34,
  REFERRED_BY: 35,
  SESSION_EXPIRES: 36,
  MIN_SE: 37,
  PPI: 38,
  PAI: 39,
  PATH: 40,
  PRIVACY: 41,
  RETRY_AFTER: 42,
  MIN_EXPIRES: 43,
  SIP_IF_MATCH: 44,
  SIP_ETAG: 45,
  IDENTITY: 46,
  IDENTITY_INFO: 47,
  DATE: 48,
  WWW_AUTHENTICATE: 49,
  PROXY_AUTHENTICATE: 50,
  RSEQ: 51,
  RACK: 52,
  REASON: 53,
  SUBSCRIPTION_STATE: 54,
  ALLOW_EVENTS: 55,
  WARNING: 56,
  SERVICE_ROUTE: 57,
  REPLACES: 58,
  JOIN: 59,
  HISTORY_INFO: 60,
  CALL_INFO: 61,
  ALERT_INFO: 62,
  ERROR_INFO: 63,
  IN_REPLY_TO: 64,
  MIME_VERSION: 65,
  REPLY_TO: 66,
  TIMESTAMP: 67,
  AUTHENTICATION_INFO: 68,
  ACCEPT_CONTACT: 69,
  REJECT_CONTACT: 70,
  REQUEST_DISPOSITION: 71,
  P_ASSOCIATED_URI: 72,
  P_CHARGING_VECTOR: 73,
  P_ACCESS_NETWORK_INFO: 74,
  P_VISITED_NETWORK_ID: 75,
  P_CALLED_PARTY_ID: 76,
  FLOW_TIMER: 77,
  GEOLOCATION: 78,
  TARGET_DIALOG: 79,
  SECURITY_CLIENT: 80,
  SECURITY_VERIFY: 81,
  SECURITY_SERVER: 82,
  REFER_SUB: 83,
  INFO_PACKAGE: 84,
  RECV_INFO: 85,
  P_CHARGING_FUNCTION_ADDRESSES: 86,
} as const;

/** One value of {@link Hdr}. */
export type HeaderId = number;

/** Canonical spelling and, where RFC 3261 §7.3.3 or an extension gives one, the compact letter. */
const NAMES: ReadonlyArray<readonly [HeaderId, string, string?]> = [
  [Hdr.VIA, 'Via', 'v'],
  [Hdr.FROM, 'From', 'f'],
  [Hdr.TO, 'To', 't'],
  [Hdr.CALL_ID, 'Call-ID', 'i'],
  [Hdr.CSEQ, 'CSeq'],
  [Hdr.CONTACT, 'Contact', 'm'],
  [Hdr.MAX_FORWARDS, 'Max-Forwards'],
  [Hdr.ROUTE, 'Route'],
  [Hdr.RECORD_ROUTE, 'Record-Route'],
  [Hdr.CONTENT_TYPE, 'Content-Type', 'c'],
  [Hdr.CONTENT_LENGTH, 'Content-Length', 'l'],
  [Hdr.AUTHORIZATION, 'Authorization'],
  [Hdr.PROXY_AUTHORIZATION, 'Proxy-Authorization'],
  [Hdr.EXPIRES, 'Expires'],
  [Hdr.SUPPORTED, 'Supported', 'k'],
  [Hdr.REQUIRE, 'Require'],
  [Hdr.PROXY_REQUIRE, 'Proxy-Require'],
  [Hdr.UNSUPPORTED, 'Unsupported'],
  [Hdr.ALLOW, 'Allow'],
  [Hdr.EVENT, 'Event', 'o'],
  [Hdr.ACCEPT, 'Accept'],
  [Hdr.ACCEPT_LANGUAGE, 'Accept-Language'],
  [Hdr.ACCEPT_ENCODING, 'Accept-Encoding'],
  [Hdr.ORGANIZATION, 'Organization'],
  [Hdr.PRIORITY, 'Priority'],
  [Hdr.SUBJECT, 'Subject', 's'],
  [Hdr.USER_AGENT, 'User-Agent'],
  [Hdr.SERVER, 'Server'],
  [Hdr.CONTENT_DISPOSITION, 'Content-Disposition'],
  [Hdr.CONTENT_ENCODING, 'Content-Encoding', 'e'],
  [Hdr.CONTENT_LANGUAGE, 'Content-Language'],
  [Hdr.DIVERSION, 'Diversion'],
  [Hdr.RPID, 'Remote-Party-ID'],
  [Hdr.REFER_TO, 'Refer-To', 'r'],
  [Hdr.REFERRED_BY, 'Referred-By', 'b'],
  [Hdr.SESSION_EXPIRES, 'Session-Expires', 'x'],
  [Hdr.MIN_SE, 'Min-SE'],
  [Hdr.PPI, 'P-Preferred-Identity'],
  [Hdr.PAI, 'P-Asserted-Identity'],
  [Hdr.PATH, 'Path'],
  [Hdr.PRIVACY, 'Privacy'],
  [Hdr.RETRY_AFTER, 'Retry-After'],
  [Hdr.MIN_EXPIRES, 'Min-Expires'],
  [Hdr.SIP_IF_MATCH, 'SIP-If-Match'],
  [Hdr.SIP_ETAG, 'SIP-ETag'],
  [Hdr.IDENTITY, 'Identity', 'y'],
  [Hdr.IDENTITY_INFO, 'Identity-Info', 'n'],
  [Hdr.DATE, 'Date'],
  [Hdr.WWW_AUTHENTICATE, 'WWW-Authenticate'],
  [Hdr.PROXY_AUTHENTICATE, 'Proxy-Authenticate'],
  [Hdr.RSEQ, 'RSeq'],
  [Hdr.RACK, 'RAck'],
  [Hdr.REASON, 'Reason'],
  [Hdr.SUBSCRIPTION_STATE, 'Subscription-State'],
  [Hdr.ALLOW_EVENTS, 'Allow-Events', 'u'],
  [Hdr.WARNING, 'Warning'],
  [Hdr.SERVICE_ROUTE, 'Service-Route'],
  [Hdr.REPLACES, 'Replaces'],
  [Hdr.JOIN, 'Join'],
  [Hdr.HISTORY_INFO, 'History-Info'],
  [Hdr.CALL_INFO, 'Call-Info'],
  [Hdr.ALERT_INFO, 'Alert-Info'],
  [Hdr.ERROR_INFO, 'Error-Info'],
  [Hdr.IN_REPLY_TO, 'In-Reply-To'],
  [Hdr.MIME_VERSION, 'MIME-Version'],
  [Hdr.REPLY_TO, 'Reply-To'],
  [Hdr.TIMESTAMP, 'Timestamp'],
  [Hdr.AUTHENTICATION_INFO, 'Authentication-Info'],
  [Hdr.ACCEPT_CONTACT, 'Accept-Contact', 'a'],
  [Hdr.REJECT_CONTACT, 'Reject-Contact', 'j'],
  [Hdr.REQUEST_DISPOSITION, 'Request-Disposition', 'd'],
  [Hdr.P_ASSOCIATED_URI, 'P-Associated-URI'],
  [Hdr.P_CHARGING_VECTOR, 'P-Charging-Vector'],
  [Hdr.P_ACCESS_NETWORK_INFO, 'P-Access-Network-Info'],
  [Hdr.P_VISITED_NETWORK_ID, 'P-Visited-Network-ID'],
  [Hdr.P_CALLED_PARTY_ID, 'P-Called-Party-ID'],
  [Hdr.FLOW_TIMER, 'Flow-Timer'],
  [Hdr.GEOLOCATION, 'Geolocation'],
  [Hdr.TARGET_DIALOG, 'Target-Dialog'],
  [Hdr.SECURITY_CLIENT, 'Security-Client'],
  [Hdr.SECURITY_VERIFY, 'Security-Verify'],
  [Hdr.SECURITY_SERVER, 'Security-Server'],
  [Hdr.REFER_SUB, 'Refer-Sub'],
  [Hdr.INFO_PACKAGE, 'Info-Package'],
  [Hdr.RECV_INFO, 'Recv-Info'],
  [Hdr.P_CHARGING_FUNCTION_ADDRESSES, 'P-Charging-Function-Addresses'],
];

const LONGEST = Math.max(...NAMES.map(([, name]) => name.length));

/**
 * Spellings in lower case, as bytes end to end, chained by length and the low five bits of the first letter, which are the
 * same in both cases. Flat arrays, because every header of every message is looked up.
 */
const CHAINS = new Int16Array((LONGEST + 1) * 32).fill(-1);
const NEXT: number[] = [];
const IDS: HeaderId[] = [];
const TEXT_AT: number[] = [];
const TEXT: number[] = [];
const BY_NAME = new Map<string, HeaderId>();
const CANONICAL: string[] = [];

for (const [id, name, compact] of NAMES) {
  CANONICAL[id] = name;
  for (const spelling of compact ? [name, compact] : [name]) {
    const lower = spelling.toLowerCase();
    BY_NAME.set(lower, id);
    const chain = lower.length * 32 + (lower.charCodeAt(0) & 31);
    NEXT.push(CHAINS[chain]!);
    CHAINS[chain] = IDS.length;
    IDS.push(id);
    TEXT_AT.push(TEXT.length);
    TEXT.push(...Buffer.from(lower, 'latin1'));
  }
}

const TEXT_BYTES = Uint8Array.from(TEXT);

/** Id of the header name in `bytes[start, end)`, ignoring case and accepting compact forms. */
export function headerIdAt(bytes: Uint8Array, start: number, end: number): HeaderId {
  const length = end - start;
  if (length > LONGEST || length < 1) return Hdr.OTHER;
  for (let k = CHAINS[length * 32 + (bytes[start]! & 31)]!; k >= 0; k = NEXT[k]!) {
    const at = TEXT_AT[k]!;
    let i = 0;
    while (i < length) {
      const c = bytes[start + i]!;
      const want = TEXT_BYTES[at + i]!;
      if (c !== want && (c < 65 || c > 90 || (c | 32) !== want)) break;
      i++;
    }
    if (i === length) return IDS[k]!;
  }
  return Hdr.OTHER;
}

/** Id of a header name, ignoring case and accepting compact forms. */
export function headerId(name: string): HeaderId {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase()) ?? Hdr.OTHER;
}

/** The registered spelling of a known header; empty for {@link Hdr.OTHER}. */
export function canonicalName(id: HeaderId): string {
  return CANONICAL[id] ?? '';
}
