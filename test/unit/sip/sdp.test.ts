import { describe, expect, it } from 'vitest';
import { parseSdp } from '../../../src/sip/sdp.js';
import { wire } from './samples.js';

const BODY = wire(`v=0
o=- 29739 7272939 IN IP4 192.0.2.3
s=-
c=IN IP4 192.0.2.4
t=0 0
a=sendrecv
m=audio 49217 RTP/AVP 0 12 101
a=rtpmap:0 PCMU/8000
a=inactive
m=video 3227/2 RTP/SAVPF 31
c=IN IP6 2001:db8::5/127
`);

describe('parseSdp', () => {
  const session = parseSdp(BODY)?.[0];

  it('finds addresses with their positions', () => {
    expect(session?.origin?.address.text).toBe('192.0.2.3');
    expect(session?.connections.map((c) => [c.family.text, c.address.text])).toEqual([['IP4', '192.0.2.4']]);
    const { start, end } = session?.connections[0]?.address ?? { start: 0, end: 0 };
    expect(BODY.slice(start, end)).toBe('192.0.2.4');
  });

  it('splits streams', () => {
    expect(
      session?.streams.map((s) => [
        s.media,
        s.portNumber,
        s.portCount,
        s.transport,
        s.formats.join(),
        s.connections.length,
      ]),
    ).toEqual([
      ['audio', 49217, 1, 'RTP/AVP', '0,12,101', 0],
      ['video', 3227, 2, 'RTP/SAVPF', '31', 1],
    ]);
    const video = session?.streams[1];
    expect(video?.connections[0]?.address.text).toBe('2001:db8::5');
    expect(BODY.slice(video?.port.start, video?.port.end)).toBe('3227');
    expect(BODY.slice(video?.start, video?.end)).toBe(BODY.slice(BODY.indexOf('m=video')));
  });

  it('keeps session attributes apart from those of streams', () => {
    expect(session?.attributes.map((a) => a.name)).toEqual(['sendrecv']);
    expect(session?.streams[0]?.attributes.map((a) => [a.name, a.value])).toEqual([
      ['rtpmap', '0 PCMU/8000'],
      ['inactive', ''],
    ]);
  });

  it('reads several sessions, LF alone, and skips what it does not know', () => {
    const two = parseSdp('v=0\nm=audio 1 RTP/AVP 0\nv=0\njunk\nm=bad\nm=audio x RTP/AVP 8');
    expect(two?.map((s) => s.streams.map((m) => m.portNumber))).toEqual([[1], [-1]]);
  });

  it('refuses what does not begin with v=', () => {
    expect(parseSdp('')).toBeNull();
    expect(parseSdp('m=audio 1 RTP/AVP 0')).toBeNull();
  });
});
