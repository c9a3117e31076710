import { randomBytes } from 'node:crypto';
import { digestAlgorithm, digestHa1, digestHash, digestResponse } from '../../../sip/digest.js';
import type { Header } from './exchange.js';
import type { Credentials } from './url.js';

/** libcurl's bits of methods that may be used. */
export const AuthMethod = { BASIC: 1, DIGEST: 2 } as const;

/** What is sent before anybody asked: with Basic as the only method, the password. */
export function unaskedAuthorization(credentials: Credentials | null, methods: number): string | null {
  return credentials !== null && methods === AuthMethod.BASIC ? basic(credentials) : null;
}

/** The answer to the challenges of a 401; null when there is none that we can answer. */
export function answerChallenge(
  headers: readonly Header[],
  credentials: Credentials,
  methods: number,
  request: { readonly method: string; readonly uri: string; readonly body: string },
): string | null {
  const challenges = headers.filter(([name]) => name.toLowerCase() === 'www-authenticate').map(([, value]) => value);
  if ((methods & AuthMethod.DIGEST) !== 0) {
    for (const challenge of challenges) {
      const answer = /^digest\s/i.test(challenge) ? digest(challenge, credentials, request) : null;
      if (answer !== null) return answer;
    }
  }
  const wantsBasic = challenges.some((challenge) => /^basic\b/i.test(challenge));
  return wantsBasic && (methods & AuthMethod.BASIC) !== 0 ? basic(credentials) : null;
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`;
}

/** A challenge longer than this is not looked at: reading it could take any time. */
const LONGEST_CHALLENGE = 4096;
const PARAMETER = /([a-z\d-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi;

function digest(
  challenge: string,
  { user, password }: Credentials,
  request: { readonly method: string; readonly uri: string; readonly body: string },
): string | null {
  if (challenge.length > LONGEST_CHALLENGE) return null;
  const given = new Map<string, string>();
  for (const [, name, quoted, token] of challenge.slice(7).matchAll(PARAMETER)) {
    given.set(name!.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
  }
  const { realm = '', nonce, opaque, algorithm = '', qop = '' } = Object.fromEntries(given);
  const session = /-sess$/i.test(algorithm);
  const hash = digestAlgorithm(algorithm.replace(/-sess$/i, ''));
  if (nonce === undefined || hash === null) return null;
  const offered = qop.toLowerCase().split(/[\s,]+/);
  const chosen = offered.includes('auth') ? 'auth' : offered.includes('auth-int') ? 'auth-int' : '';
  if (qop !== '' && chosen === '') return null;
  const cnonce = randomBytes(16).toString('hex');
  const nc = '00000001';
  const plain = digestHa1(hash, user, realm, password);
  const ha1 = session ? digestHash(hash, `${plain}:${nonce}:${cnonce}`) : plain;
  const response = digestResponse(hash, ha1, { ...request, nonce, cnonce, nc, qop: chosen });
  const fields = [
    `username="${escaped(user)}"`,
    `realm="${escaped(realm)}"`,
    `nonce="${escaped(nonce)}"`,
    `uri="${escaped(request.uri)}"`,
    ...(chosen === '' ? [] : [`cnonce="${cnonce}"`, `nc=${nc}`, `qop=${chosen}`]),
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque="${escaped(opaque)}"`]),
    ...(algorithm === '' ? [] : [`algorithm=${algorithm}`]),
  ];
  return `Digest ${fields.join(', ')}`;
}

const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&');
