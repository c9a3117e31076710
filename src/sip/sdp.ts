/**
 * Session descriptions (RFC 8866) as far as proxies and media relays need them: sessions, streams, addresses, ports,
 * each with its position in the body, so that edits can replace it.
 */
import { CR, parseUint, SLASH } from './chars.js';

/** A piece of the body with its position. */
export interface SdpText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A `c=` line or the address of an `o=` line. */
export interface SdpAddress {
  /** Address without TTL and count. */
  readonly address: SdpText;
  /** `IP4` or `IP6` as written. */
  readonly family: SdpText;
}

/** One attribute line. */
export interface SdpAttribute {
  readonly name: string;
  /** Empty for a flag such as `sendonly`. */
  readonly value: string;
  /** The line without `a=` and line end. */
  readonly line: SdpText;
}

/** One `m=` section. */
export interface SdpStream {
  /** `audio`, `video`, … */
  readonly media: string;
  readonly port: SdpText;
  /** Numeric port; -1 when malformed. 0 disables the stream. */
  readonly portNumber: number;
  /** Number of ports (`/2`), 1 by default. */
  readonly portCount: number;
  readonly transport: string;
  /** Formats: payload types for RTP. */
  readonly formats: readonly string[];
  /** The stream's own `c=` lines. */
  readonly connections: readonly SdpAddress[];
  readonly attributes: readonly SdpAttribute[];
  /** Start of the `m=` line. */
  readonly start: number;
  /** Position after the section's last line end. */
  readonly end: number;
}

/** One session, from `v=` on. */
export interface SdpSession {
  /** Address of the `o=` line; null when malformed. */
  readonly origin: SdpAddress | null;
  readonly connections: readonly SdpAddress[];
  readonly attributes: readonly SdpAttribute[];
  readonly streams: readonly SdpStream[];
  readonly start: number;
  readonly end: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface OpenSection {
  connections: SdpAddress[];
  attributes: SdpAttribute[];
}

/** Parses all sessions of `body`; null when it does not begin with `v=`. Lines that are not understood are skipped. */
export function parseSdp(body: string): SdpSession[] | null {
  if (!body.startsWith('v=')) return null;
  const sessions: SdpSession[] = [];
  let session: (Mutable<SdpSession> & OpenSection & { streams: SdpStream[] }) | null = null;
  let stream: (Mutable<SdpStream> & OpenSection) | null = null;
  let at = 0;
  while (at < body.length) {
    const lf = body.indexOf('\n', at);
    const next = lf < 0 ? body.length : lf + 1;
    let end = lf < 0 ? body.length : lf;
    if (end > at && body.charCodeAt(end - 1) === CR) end--;
    if (body.charCodeAt(at + 1) === 61 && end - at >= 2) {
      const kind = body.charAt(at);
      if (kind === 'v') {
        session = { origin: null, connections: [], attributes: [], streams: [], start: at, end: next };
        sessions.push(session);
        stream = null;
      } else if (session !== null) {
        const section: OpenSection = stream ?? session;
        if (kind === 'o') session.origin = parseOrigin(body, at + 2, end);
        else if (kind === 'c') {
          const connection = parseConnection(body, at + 2, end);
          if (connection !== null) section.connections.push(connection);
        } else if (kind === 'a') section.attributes.push(parseAttribute(body, at + 2, end));
        else if (kind === 'm') {
          stream = parseMedia(body, at, end);
          if (stream !== null) session.streams.push(stream);
        }
      }
    }
    if (session !== null) session.end = next;
    if (stream !== null) stream.end = next;
    at = next;
  }
  return sessions;
}

/** The words of `body[from, end)` with their positions. */
function words(body: string, from: number, end: number): SdpText[] {
  const list: SdpText[] = [];
  let start = from;
  for (let i = from; i <= end; i++) {
    if (i < end && body.charCodeAt(i) !== 32) continue;
    if (i > start) list.push({ text: body.slice(start, i), start, end: i });
    start = i + 1;
  }
  return list;
}

function addressOf(family: SdpText | undefined, word: SdpText | undefined): SdpAddress | null {
  if (family === undefined || word === undefined) return null;
  const slash = word.text.indexOf('/');
  const length = slash < 0 ? word.text.length : slash;
  return { family, address: { text: word.text.slice(0, length), start: word.start, end: word.start + length } };
}

/** `<user> <id> <version> IN IP4 <address>` */
function parseOrigin(body: string, from: number, end: number): SdpAddress | null {
  const w = words(body, from, end);
  return addressOf(w[4], w[5]);
}

/** `IN IP4 <address>[/ttl][/count]` */
function parseConnection(body: string, from: number, end: number): SdpAddress | null {
  const w = words(body, from, end);
  return addressOf(w[1], w[2]);
}

function parseAttribute(body: string, from: number, end: number): SdpAttribute {
  const text = body.slice(from, end);
  const colon = text.indexOf(':');
  return {
    name: colon < 0 ? text : text.slice(0, colon),
    value: colon < 0 ? '' : text.slice(colon + 1),
    line: { text, start: from, end },
  };
}

/** `m=<media> <port>[/<count>] <transport> <format> …`; null when a part is missing. */
function parseMedia(body: string, start: number, end: number): (Mutable<SdpStream> & OpenSection) | null {
  const w = words(body, start + 2, end);
  const portWord = w[1];
  if (portWord === undefined || w[2] === undefined) return null;
  let digits = portWord.start;
  while (digits < portWord.end && body.charCodeAt(digits) !== SLASH) digits++;
  const portNumber = parseUint(body, portWord.start, digits);
  const portCount = digits < portWord.end ? parseUint(body, digits + 1, portWord.end) : 1;
  return {
    media: w[0]!.text,
    port: { text: body.slice(portWord.start, digits), start: portWord.start, end: digits },
    portNumber: portNumber > 65535 ? -1 : portNumber,
    portCount: Math.max(portCount, 1),
    transport: w[2].text,
    formats: w.slice(3).map((f) => f.text),
    connections: [],
    attributes: [],
    start,
    end,
  };
}
