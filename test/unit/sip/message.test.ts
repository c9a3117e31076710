import { describe, expect, it } from 'vitest';
import { branchTarget } from '../../../src/sip/branches.js';
import { Hdr } from '../../../src/sip/header-names.js';
import { ParseFailure, SipMessage } from '../../../src/sip/message.js';
import { Method } from '../../../src/sip/methods.js';
import { parsed, receiveInfo, request, wire } from './samples.js';

describe('SipMessage.parse', () => {
  it('splits the request line', () => {
    const msg = parsed(request({ method: 'SUBSCRIBE', uri: 'sips:a@b' }));
    expect([msg.isRequest, msg.method, msg.methodId, msg.requestUri, msg.version, msg.status]).toEqual([
      true,
      'SUBSCRIBE',
      Method.SUBSCRIBE,
      'sips:a@b',
      'SIP/2.0',
      0,
    ]);
  });

  it('splits the status line and takes the method from CSeq', () => {
    const msg = parsed(wire('SIP/2.0 183 Session Progress\nCSeq: 4 INVITE\n\n'));
    expect([msg.isRequest, msg.status, msg.reason, msg.requestUri]).toEqual([false, 183, 'Session Progress', '']);
    expect(msg.cseq?.number).toBe(4);
    expect([msg.method, msg.methodId]).toEqual(['INVITE', Method.INVITE]);
  });

  it.each([
    ['', 'no line end'],
    ['\r\n\r\n', 'first line has no blank'],
    ['INVITE sip:a@b\r\n\r\n', 'request line has two parts'],
    ['INVITE  sip:a@b SIP/2.0\r\n\r\n', 'empty Request-URI'],
    ['INVITE sip:a@b  SIP/2.0\r\n\r\n', 'bad protocol version'],
    ['INVITE sip:a@b SIP/2\r\n\r\n', 'bad protocol version'],
    ['IN VITE sip:a@b SIP/2.0\r\n\r\n', 'bad protocol version'],
    ['IN\xe9 sip:a@b SIP/2.0\r\n\r\n', 'method is not a token'],
    ['SIP/2.0 20 OK\r\n\r\n', 'status is not three digits'],
    ['SIP/2.0 2000 OK\r\n\r\n', 'status is not three digits'],
    ['SIP/2.0 099 X\r\n\r\n', 'status below 100'],
  ])('refuses %j', (raw, reason) => {
    const result = SipMessage.parse(raw, receiveInfo());
    expect(result).toBeInstanceOf(ParseFailure);
    expect((result as ParseFailure).reason).toBe(reason);
  });

  it('accepts a status line without a reason and tells HTTP from SIP', () => {
    expect(parsed('SIP/2.0 200\r\n\r\n').reason).toBe('');
    expect(parsed('sip/2.0 200 OK\r\n\r\n').isSip).toBe(true);
    expect(parsed('GET /x HTTP/1.1\r\nHost: h\r\n\r\n').isSip).toBe(false);
    expect(parsed('OPTIONS sip:a@b SIP/7.0\r\n\r\n').isSip).toBe(false);
  });
});

describe('headers by position', () => {
  const raw = wire(`OPTIONS sip:a@b SIP/2.0
v:SIP/2.0/UDP h1;branch=z9hG4bKa, SIP/2.0/TCP h2:77 ;branch=z9hG4bKb
 ;fold=1
SUBJECT :  two  words  
X-Empty:
x-a: one
Via: SIP/2.0/UDP h3;branch=z9hG4bKc
X-A: two

body`);
  const msg = parsed(raw);

  it('covers every byte between first line and empty line', () => {
    expect(msg.headerCount).toBe(6);
    let at = msg.firstLineEnd;
    for (let i = 0; i < msg.headerCount; i++) {
      expect(msg.headerStart(i)).toBe(at);
      at = msg.headerEnd(i);
    }
    expect(at).toBe(msg.headersEnd);
    expect(raw.slice(msg.headersEnd, msg.bodyStart)).toBe('\r\n');
    expect(msg.body).toBe('body');
  });

  it('trims names and bodies and unfolds on demand', () => {
    expect(msg.headerName(1)).toBe('SUBJECT');
    expect(msg.headerBody(1)).toBe('two  words');
    expect(msg.headerBody(2)).toBe('');
    expect(msg.headerBody(0)).toContain('\r\n ;fold');
    expect(msg.headerBodyUnfolded(0)).toBe(
      'SIP/2.0/UDP h1;branch=z9hG4bKa, SIP/2.0/TCP h2:77 ;branch=z9hG4bKb ;fold=1',
    );
  });

  it('finds headers by id and by name, in any case and form', () => {
    expect(msg.firstHeader(Hdr.VIA)).toBe(0);
    expect(msg.nextHeader(0, Hdr.VIA)).toBe(4);
    expect(msg.nextHeader(4, Hdr.VIA)).toBe(-1);
    expect(msg.firstHeaderNamed('s')).toBe(1);
    expect(msg.firstHeaderNamed('VIA')).toBe(0);
    expect(msg.firstHeaderNamed('X-a')).toBe(3);
    expect(msg.nextHeaderNamed(3, 'x-A')).toBe(5);
    expect(msg.firstHeaderNamed('X')).toBe(-1);
  });

  it('walks Via values over commas and headers', () => {
    expect(msg.vias.map((v) => `${v.transport} ${v.host}:${v.port} ${v.branch}`)).toEqual([
      'UDP h1:0 z9hG4bKa',
      'TCP h2:77 z9hG4bKb',
      'UDP h3:0 z9hG4bKc',
    ]);
    expect(msg.via(1)?.param('fold')).toBe('1');
    expect(msg.via(3)).toBeNull();
    expect(msg.via1?.text).toBe('SIP/2.0/UDP h1;branch=z9hG4bKa');
  });

  it('reads late what it did not read early, whatever was parsed in between', () => {
    const first = parsed(request({ via: 'SIP/2.0/UDP one:1;branch=z1;rport' }));
    const second = parsed(request({ via: 'SIP/2.0/TCP a-much-longer-host-name.example.com:22;branch=z22' }));
    const cut = parsed('OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;rpo');
    expect([first.via1?.host, second.via1?.host, cut.via1?.params]).toEqual([
      'one',
      'a-much-longer-host-name.example.com',
      'rpo',
    ]);
    expect([first.via1?.branch, first.vias.length, second.via(1)?.host]).toEqual(['z1', 2, '10.1.1.1']);
    const large = parsed(request({ body: 'x'.repeat(100_000) }));
    expect([large.body.length, large.contentLength, large.via1?.port]).toEqual([100_000, 100_000, 6298]);
  });

  it('keeps a malformed line out of the named headers', () => {
    const bad = parsed(wire('OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h\nno colon here\n: none\nTo: <sip:x@y>\n\n'));
    expect(bad.malformedHeader).toBe(1);
    expect(bad.headerCount).toBe(4);
    expect(bad.to?.uri).toBe('sip:x@y');
  });

  it('accepts LF alone and a missing empty line', () => {
    const lf = parsed('OPTIONS sip:a@b SIP/2.0\nTo: <sip:x@y>\nX: 1\n\nbody');
    expect([lf.to?.uri, lf.headerBody(1), lf.body]).toEqual(['sip:x@y', '1', 'body']);
    const cut = parsed('OPTIONS sip:a@b SIP/2.0\r\nTo: <sip:x@y>');
    expect([cut.to?.uri, cut.body, cut.headerEnd(0)]).toEqual(['sip:x@y', '', cut.raw.length]);
  });
});

describe('parsed headers', () => {
  it('reads the common ones', () => {
    const msg = parsed(
      request({
        extra:
          'Route: <sip:p1;lr>, <sip:p2>;x=1\nRoute: <sip:p3;lr>\nRequire: 100rel, Timer\nk: path\nEvent: presence.winfo;id=7\nExpires: 60',
      }),
    );
    expect(msg.from?.display).toBe('"Al"');
    expect([msg.fromTag, msg.toTag, msg.callId]).toEqual(['f1', '', 'c-1@x']);
    expect(msg.routes?.map((r) => r.uri)).toEqual(['sip:p1;lr', 'sip:p2', 'sip:p3;lr']);
    expect(msg.topRoute?.parsed?.lr).toBe(true);
    expect([msg.requires('timer'), msg.requires('path'), msg.supports('path')]).toEqual([true, false, true]);
    expect(msg.event).toEqual({ name: 'presence.winfo', id: '7', params: 'id=7' });
    expect([msg.maxForwards, msg.contentLength, msg.expires]).toEqual([70, 0, 60]);
    expect(msg.recordRoutes).toHaveLength(1);
  });

  it('reads contacts over several headers, and the star', () => {
    const msg = parsed(
      request({ extra: 'm: <sip:a@b>;q=0.7;expires=30;+sip.instance="<urn:uuid:1>";reg-id=2, "x, y" <sip:c@d;p>' }),
    );
    const list = msg.contacts?.list ?? [];
    expect(list.map((c) => [c.uri, c.q, c.expires, c.instance, c.regId, c.methods])).toEqual([
      ['sip:alice@127.0.0.1:6298', -1, -1, '', 0, -1],
      ['sip:a@b', 700, 30, '<urn:uuid:1>', 2, -1],
      ['sip:c@d;p', -1, -1, '', 0, -1],
    ]);
    expect(parsed(wire('REGISTER sip:b SIP/2.0\nContact: *\n\n')).contacts).toEqual({ star: true, list: [] });
    expect(parsed(wire('REGISTER sip:b SIP/2.0\nContact: <sip:a\n\n')).contacts).toBeNull();
  });
});

describe('routing state', () => {
  it('parses the current Request-URI anew when it changes', () => {
    const msg = parsed(request({ uri: 'sip:bob@b.com' }));
    expect(msg.parsedUri?.user).toBe('bob');
    msg.newUri = 'sip:carol@c.com';
    expect([msg.currentUri, msg.parsedUri?.user, msg.parsedRequestUri?.user]).toEqual([
      'sip:carol@c.com',
      'carol',
      'bob',
    ]);
    msg.newUri = 'garbage';
    expect(msg.parsedUri).toBeNull();
    msg.newUri = null;
    expect(msg.parsedUri?.user).toBe('bob');
  });

  it('holds eleven branches beside the Request-URI', () => {
    const msg = parsed(request());
    const added = Array.from({ length: 14 }, (_, i) => msg.addBranch(branchTarget(`sip:u${i}@h`)));
    expect(added.filter(Boolean)).toHaveLength(11);
    expect(msg.removeBranch(0)).toBe(true);
    expect(msg.otherBranches[0]?.uri).toBe('sip:u1@h');
    expect(msg.removeBranch(10)).toBe(false);
    msg.clearBranches();
    expect(msg.otherBranches).toHaveLength(0);
  });

  it('keeps its named flags apart', () => {
    const msg = parsed(request());
    msg.forceRport = true;
    msg.replyClose = true;
    msg.forceRport = false;
    expect([msg.forceRport, msg.replyClose, msg.tcpAlias]).toEqual([false, true, false]);
  });

  it('copies without sharing edits or branches', () => {
    const msg = parsed(request());
    msg.edits.insertAfter(msg.headersEnd, 'X-A: 1\r\n');
    const copy = msg.copy();
    copy.edits.insertAfter(copy.headersEnd, 'X-B: 1\r\n');
    copy.addBranch(branchTarget('sip:x@y'));
    copy.newUri = 'sip:q@w';
    expect([msg.edits.size, copy.edits.size, msg.otherBranches.length, msg.newUri]).toEqual([1, 2, 0, null]);
    expect(copy.id).toBe(msg.id);
    expect(copy.via1?.branch).toBe('z9hG4bK-1');
  });

  it('forgets parsed parts when the text is replaced', () => {
    const msg = parsed(request());
    expect(msg.callId).toBe('c-1@x');
    msg.flags = 5;
    msg.dstUri = 'sip:d';
    expect(msg.reload(wire('OPTIONS sip:n@b SIP/2.0\nCall-ID: new\n\n'))).toBe(true);
    expect([msg.callId, msg.requestUri, msg.via1, msg.flags, msg.dstUri]).toEqual(['new', 'sip:n@b', null, 5, 'sip:d']);
    expect(msg.reload('garbage')).toBe(false);
    expect(msg.callId).toBe('new');
  });
});

describe('a message that is kept', () => {
  it('tells the same after it let go of what its text tells again', () => {
    const msg = parsed(request({ method: 'INVITE', uri: 'sip:a@b' }));
    const facts = () => [
      msg.via1?.branch,
      msg.from?.uri,
      msg.fromTag,
      msg.to?.uri,
      msg.callId,
      msg.cseq?.number,
      msg.headerCount,
      msg.headerBody(msg.firstHeader(Hdr.CALL_ID)),
      msg.currentUri,
      msg.flags,
    ];
    msg.newUri = 'sip:c@d';
    msg.flags = 5;
    const before = facts();
    msg.edits.insertAfter(msg.firstLineEnd, 'X: y\r\n');
    msg.letGo();
    expect(facts()).toEqual(before);
    expect(msg.hasEdits).toBe(false);
    expect(msg.copy().from?.uri).toBe(msg.from?.uri);
  });
});
