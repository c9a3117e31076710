import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SipFraming, type SipFramingOptions } from '../../../src/net/stream-framing.js';

const OPTIONS: SipFramingOptions = { maxMessage: 2000, acceptNoContentLength: false };

/** What comes out of a stream, event by event. */
function frame(chunks: readonly Buffer[], options: SipFramingOptions = OPTIONS): string[] {
  const events: string[] = [];
  const framing = new SipFraming(options, {
    message: (raw) => events.push(`message ${raw}`) > 0,
    ping: () => events.push('ping'),
  });
  for (const chunk of chunks) {
    const problem = framing.push(chunk);
    if (problem !== null) {
      events.push(`error ${problem}`);
      break;
    }
  }
  if (framing.partial && !events.at(-1)?.startsWith('error')) events.push('partial');
  return events;
}

const whole = (text: string, options?: SipFramingOptions): string[] => frame([Buffer.from(text, 'latin1')], options);
const message = (body: string, length: string | number = body.length, name = 'Content-Length:'): string =>
  `MESSAGE sip:a@b SIP/2.0\r\nVia: x\r\n${name} ${length}\r\nSubject: l\r\n\r\n${body}`;

/** Pieces of which hostile and friendly streams are made. */
const piece = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 60 }).map((body) => message(body)),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }).map((body) => message(body, body.length, 'l :')),
  fc.constantFrom('\r\n', '\r\n\r\n', '\n', '\r', ' ', '\0'),
  fc.constantFrom(message('', 'x'), message('', ''), message('abc', '3\r\nl: 4'), message('', '\r\n 0')),
  fc.constantFrom('GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'OPTIONS', 'x'.repeat(2500), message('', 1990)),
);

describe('SIP over streams', () => {
  it('gives the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        (pieces, cuts, acceptNoContentLength) => {
          const options = { ...OPTIONS, acceptNoContentLength };
          const stream = Buffer.from(pieces.join(''), 'latin1');
          const chunks: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; at += cuts[i++ % cuts.length]!) {
            chunks.push(stream.subarray(at, at + cuts[i % cuts.length]!));
          }
          let at = 0;
          const exact = cuts.map((cut) => stream.subarray(at, (at += cut))).concat(stream.subarray(at));
          const bytewise = Array.from(stream, (_, i) => stream.subarray(i, i + 1));
          const expected = frame([stream], options);
          expect(frame(exact, options)).toEqual(expected);
          expect(frame(bytewise, options)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives back what was sent', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (bodies) => {
        const messages = bodies.map((body) => message(Buffer.from(body).toString('latin1')));
        expect(whole(messages.join('\r\n'))).toEqual(messages.map((raw) => `message ${raw}`));
      }),
    );
  });

  it('answers pings between messages and nothing else (RFC 5626)', () => {
    const raw = message('\r\n\r\n');
    expect(whole(`\r\n\r\n${raw}\r\n\r\n\r\n\r\n`)).toEqual(['ping', `message ${raw}`, 'ping', 'ping']);
    expect(whole('\r\n')).toEqual([]);
    expect(whole('\n\n\n\n')).toEqual([]);
  });

  it('knows the length by either name, in any case, folded or padded', () => {
    for (const name of ['Content-Length:', 'CONTENT-LENGTH :', 'l:', 'L\t:', 'content-length:\r\n ']) {
      expect(whole(message('abc', 3, name)), name).toEqual([`message ${message('abc', 3, name)}`]);
    }
    const bare = message('abc').replaceAll('\r\n', '\n');
    expect(whole(bare)).toEqual([`message ${bare}`]);
  });

  it('gives up on a stream whose framing is lost', () => {
    expect(whole(message('', 'abc'))).toEqual(['error bad Content-Length']);
    expect(whole(message('', -1))).toEqual(['error bad Content-Length']);
    expect(whole(message('', '99999999999'))).toEqual(['error bad Content-Length']);
    expect(whole(message('abc', '3\r\nl: 2'))).toEqual(['error contradicting Content-Length']);
    expect(whole('OPTIONS sip:a SIP/2.0\r\nContent-Lengthy: 5\r\n\r\n')).toEqual(['error no Content-Length']);
  });

  it('takes a head without length for a whole message where that is allowed', () => {
    const get = 'GET /x HTTP/1.1\r\nHost: y\r\n\r\n';
    expect(whole(get + get, { ...OPTIONS, acceptNoContentLength: true })).toEqual([`message ${get}`, `message ${get}`]);
  });

  it('holds no more than one message of the greatest length', () => {
    const head = message('', 0).length;
    const fits = message('x'.repeat(2000 - head - 3), 2000 - head - 3);
    expect(fits.length).toBe(2000);
    expect(whole(fits)).toEqual([`message ${fits}`]);
    expect(whole(message('', 2000))).toEqual(['error message longer than 2000 bytes']);
    expect(whole('x'.repeat(2001))).toEqual(['error message longer than 2000 bytes']);
    expect(whole('x'.repeat(2000))).toEqual(['partial']);
  });

  it('stops when the receiver closes the connection', () => {
    const seen: string[] = [];
    const framing = new SipFraming(OPTIONS, { message: (raw) => seen.push(raw) < 2, ping: () => {} });
    expect(framing.push(Buffer.from(message('a') + message('b') + message('c')))).toBeNull();
    expect(seen).toEqual([message('a'), message('b')]);
  });
});
