/** Where a request goes. Texts are bytes as latin1 characters; nothing is decoded or encoded. */
export interface Target {
  readonly secure: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** As the Host header has it: with brackets, and the port when it is not the usual one. */
  readonly authority: string;
  /** Path and query, dot segments resolved. */
  readonly path: string;
  readonly credentials: Credentials | null;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const SCHEME = /^([a-z][a-z\d+.-]*):\/\//i;
/** Host names hold none of the characters that libcurl refuses in them. */
const PARTS = /^(?:([^@/?#]*)@)?(\[[\da-f:.]+\]|[^:/?#[\]!@{}\\$'"^`*<>=;,]+)(?::(\d*))?([/?][^#]*)?(?:#.*)?$/i;

/** Reads an http or https URL; without scheme it is http. `scheme`: another one; `malformed`: no URL. */
export function parseUrl(text: string): Target | 'scheme' | 'malformed' {
  // Blanks and control characters would end the request line.
  if (/[\x00-\x20\x7f]/.test(text)) return 'malformed';
  const scheme = SCHEME.exec(text);
  const name = scheme?.[1]?.toLowerCase() ?? 'http';
  if (name !== 'http' && name !== 'https') return 'scheme';
  const found = PARTS.exec(text.slice(scheme?.[0].length ?? 0));
  if (found === null) return 'malformed';
  const [, userinfo, hostText = '', portText = '', rest = '/'] = found;
  const secure = name === 'https';
  const usual = secure ? 443 : 80;
  const port = portText === '' ? usual : Number(portText);
  if (port < 1 || port > 65535) return 'malformed';
  return {
    secure,
    host: hostText.replace(/^\[|\]$/g, ''),
    port,
    authority: port === usual ? hostText : `${hostText}:${port}`,
    path: resolveDots(rest.startsWith('?') ? `/${rest}` : rest),
    credentials: userinfo === undefined ? null : credentialsOf(userinfo),
  };
}

/** The URL of a target, without credentials. */
export function urlOf({ secure, authority, path }: Target): string {
  return `${secure ? 'https' : 'http'}://${authority}${path}`;
}

/** A Location header as a URL; relative ones start at the target that sent it. */
export function resolveLocation(base: Target, location: string): string {
  if (/^[a-z][a-z\d+.-]*:/i.test(location)) return location;
  if (location.startsWith('//')) return `${base.secure ? 'https' : 'http'}:${location}`;
  if (location.startsWith('/')) return urlOf({ ...base, path: location });
  const path = base.path.split('?')[0]!;
  if (location.startsWith('?')) return urlOf({ ...base, path: path + location });
  return urlOf({ ...base, path: path.slice(0, path.lastIndexOf('/') + 1) + location });
}

function credentialsOf(userinfo: string): Credentials {
  const colon = userinfo.indexOf(':');
  const user = colon < 0 ? userinfo : userinfo.slice(0, colon);
  return { user: unescaped(user), password: colon < 0 ? '' : unescaped(userinfo.slice(colon + 1)) };
}

const unescaped = (text: string): string =>
  text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Takes `.` and `..` out of a path (RFC 3986 §5.2.4). */
function resolveDots(pathAndQuery: string): string {
  const query = pathAndQuery.indexOf('?');
  const path = query < 0 ? pathAndQuery : pathAndQuery.slice(0, query);
  if (!path.includes('/.')) return pathAndQuery;
  const segments = path.slice(1).split('/');
  const kept: string[] = [];
  for (const [i, segment] of segments.entries()) {
    const dots = segment === '.' || segment === '..';
    if (segment === '..') kept.pop();
    if (!dots) kept.push(segment);
    else if (i === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}${query < 0 ? '' : pathAndQuery.slice(query)}`;
}
