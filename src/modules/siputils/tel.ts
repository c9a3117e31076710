/** Conversion of tel URIs to SIP URIs (RFC 3966, RFC 3261 §19.1.6). */

const isTel = (uri: string): boolean => uri.slice(0, 4).toLowerCase() === 'tel:';

/** Without visual separators and in lower case; parameters keep their separators. */
function cleaned(uri: string): string {
  const semi = uri.indexOf(';');
  const number = semi < 0 ? uri : uri.slice(0, semi);
  return (number.replace(/[-.()]/g, '') + (semi < 0 ? '' : uri.slice(semi))).toLowerCase();
}

/** The SIP URI of a tel URI at a host; null when it is not a tel URI. */
export function telToSip(uri: string, host: string): string | null {
  return isTel(uri) ? `sip:${cleaned(uri).slice(4)}@${host};user=phone` : null;
}

/** Parameters that go first, in this order. */
const FIRST = ['isdn-subaddress', 'post-dial'];

const looksLikeNumber = (text: string): boolean => /^\+?[\d.()-]*$/.test(text);

function byName(a: readonly [string, string], b: readonly [string, string]): number {
  const [left, right] = [FIRST.indexOf(a[0]), FIRST.indexOf(b[0])];
  if (left >= 0 || right >= 0) return (left < 0 ? FIRST.length : left) - (right < 0 ? FIRST.length : right);
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** As {@link telToSip}, with sorted parameters; a `phone-context` that is a domain is left out, as it is the host. */
export function telToSipSorted(uri: string, host: string): string | null {
  if (!isTel(uri)) return null;
  const [number = '', ...written] = cleaned(uri).slice(4).split(';');
  const params = written
    .map((p): readonly [string, string] => {
      const eq = p.indexOf('=');
      const name = eq < 0 ? p : p.slice(0, eq);
      const value = eq < 0 ? '' : p.slice(eq + 1);
      return [name, name === 'phone-context' && looksLikeNumber(value) ? value.replace(/[-.()]/g, '') : value];
    })
    .filter(([name, value]) => name !== 'phone-context' || looksLikeNumber(value))
    .sort(byName);
  return `sip:${number}${params.map(([name, value]) => `;${name}=${value}`).join('')}@${host};user=phone`;
}
