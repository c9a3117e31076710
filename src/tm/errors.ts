/** Upstream's internal error codes, as `t_relay()` returns them and as they are turned into replies. */
export const TmError = {
  UNSPECIFIED: -1,
  BUG: -5,
  CONFIG: -6,
  NO_SOCKET: -7,
  BAD_VIA: -8,
  SCRIPT: -10,
  TOO_MANY_BRANCHES: -12,
  BAD_REQUEST: -400,
  SEND: -477,
  BAD_ADDRESS: -478,
  BAD_URI: -479,
  CANCELED: -487,
} as const;

/** The status of a branch whose request could not be sent. */
export const UNDELIVERED = 477;

const REPLIES: Readonly<Record<number, readonly [status: number, phrase: string]>> = {
  [TmError.SEND]: [477, 'Unfortunately error on sending to next hop occurred'],
  [TmError.BAD_ADDRESS]: [478, 'Unresolvable destination'],
  [TmError.BAD_URI]: [479, 'Regretfully, we were not able to process the URI'],
  [TmError.BAD_REQUEST]: [400, 'Bad Request'],
  [TmError.TOO_MANY_BRANCHES]: [500, 'Forking capacity exceeded'],
  [TmError.CANCELED]: [487, 'Transaction canceled'],
};

/** The reply that answers for an internal error: `477 Unfortunately error on sending to next hop occurred (477/TM)`. */
export function errorReply(code: number, signature = 'TM'): { status: number; reason: string } {
  const [status, phrase] = REPLIES[code] ?? [500, "I'm terribly sorry, server error occurred"];
  return { status, reason: `${phrase} (${-code}/${signature})` };
}

const PHRASES: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  305: 'Use Proxy',
  380: 'Alternative Service',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  410: 'Gone',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  417: 'Bad Extension',
  421: 'Extension Required',
  423: 'Interval Too Brief',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  485: 'Ambiguous',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Server Time-Out',
  505: 'Version Not Supported',
  513: 'Message Too Large',
  600: 'Busy Everywhere',
  603: 'Decline',
  604: 'Does Not Exist Anywhere',
  606: 'Not Acceptable',
};

const CLASSES = [
  'Unspecified',
  'Provisional',
  'Successful',
  'Redirection',
  'Request Failure',
  'Server Failure',
  'Global Failure',
];

/** The reason phrase of replies that this server makes on its own (upstream's `error_text`). */
export function reasonPhrase(status: number): string {
  return PHRASES[status] ?? CLASSES[Math.min(6, Math.floor(status / 100))] ?? 'Unspecified';
}
