import { parseUri, type Uri } from '../../sip/uri.js';
import { Refusal, RegError } from './errors.js';

const MAX_USER = 64;
const MAX_DOMAIN = 64;
const MAX_AOR = 256;

export interface AorRules {
  readonly useDomain: boolean;
  readonly caseSensitive: boolean;
  readonly realmPrefix: string;
}

export interface Aor {
  readonly aor: string;
  readonly uri: Uri;
}

/** The address of record that a URI stands for: its user, unescaped, with its domain where domains count. */
export function extractAor(text: string, rules: AorRules): Aor | Refusal {
  const uri = parseUri(text);
  if (uri === null) return new Refusal(RegError.AOR_PARSE, `failed to parse AoR [${text}]`);
  if (uri.user.length > MAX_USER || uri.host.length > MAX_DOMAIN || uri.user.length + uri.host.length + 2 > MAX_AOR) {
    return new Refusal(RegError.AOR_TOO_LONG, 'Address Of Record too long');
  }
  const user = unescapeUser(uri.user);
  if (user === null) return new Refusal(RegError.UNESCAPE, 'failed to unescape username');
  const keepCase = rules.caseSensitive && user !== '';
  if (!rules.useDomain) return { aor: keepCase ? user : user.toLowerCase(), uri };
  const { realmPrefix } = rules;
  const host =
    realmPrefix !== '' && realmPrefix.length < uri.host.length && uri.host.startsWith(realmPrefix)
      ? uri.host.slice(realmPrefix.length)
      : uri.host;
  const aor = user === '' ? host : `${keepCase ? user : user.toLowerCase()}@${host.toLowerCase()}`;
  return { aor: user === '' ? aor.toLowerCase() : aor, uri };
}

/** Percent escapes resolved; null when one is malformed or stands for a control character. */
function unescapeUser(text: string): string | null {
  if (!text.includes('%')) return text;
  if (/%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7[Ff]/.test(text)) return null;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
