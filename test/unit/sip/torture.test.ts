/** The messages of RFC 4475, by the names it gives them, with what this parser makes of each. */
import { describe, expect, it } from 'vitest';
import { hasMagicCookie } from '../../../src/sip/branch.js';
import { buildReply, buildRequest } from '../../../src/sip/build.js';
import { parseSipDate } from '../../../src/sip/date.js';
import { Hdr } from '../../../src/sip/header-names.js';
import { ParseFailure, SipMessage } from '../../../src/sip/message.js';
import { Method } from '../../../src/sip/methods.js';
import { parseSdp } from '../../../src/sip/sdp.js';
import { parsed, receiveInfo, wire } from './samples.js';

interface Case {
  readonly name: string;
  readonly text: string;
  /** What the message reads as; absent when it is refused. */
  readonly reads?: (msg: SipMessage) => unknown;
  readonly as?: unknown;
}

const VALID: Case[] = [
  {
    name: '3.1.1.1 wsinv: folds, blanks and escapes all over',
    text: `INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.3
s=-
c=IN IP4 192.0.2.4
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
    reads: (m) => [
      m.parsedUri?.params,
      [m.to?.uri, m.toTag, m.from?.display, m.from?.uri, m.fromTag],
      [m.maxForwards, m.callId, m.contentLength, m.body.length, m.cseq?.number, m.cseq?.methodId],
      m.vias.map((v) => [v.transport, v.host, v.branch]),
      m.bodyOf(Hdr.SUBJECT),
      m.headerBodyUnfolded(m.firstHeaderNamed('newfangledheader')),
      m.routes?.map((r) => [r.parsed?.lr, r.parsed?.param('unknown-no-value')]),
      m.contacts?.list.map((c) => [c.uri, c.addr.param('newparam'), c.addr.param('secondparam'), c.q]),
      parseSdp(m.body)?.[0]?.streams.length,
    ],
    as: [
      'unknownparam',
      [
        'sip:vivekg@chair-dnrc.example.com',
        '1918181833n',
        '"J Rosenberg \\\\\\""',
        'sip:jdrosen@example.com',
        '98asjd8',
      ],
      [68, 'wsinv.ndaksdj@192.0.2.1', 150, 150, 9, Method.INVITE],
      [
        ['UDP', '192.0.2.2', '390skdjuw'],
        ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
        ['UDP', '192.168.255.111', 'z9hG4bK30239'],
      ],
      '',
      'newfangled value continued newfangled value',
      [[true, '']],
      [['sip:jdrosen@example.com', 'newvalue', '', 330]],
      2,
    ],
  },
  {
    name: '3.1.1.2 intmeth: wide range of valid characters',
    text: `!interesting-Method0123456789_*+\`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0
Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+\`'~
To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>
From: token1~\` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%="\xD1\x80\xD0\xB0";tag=_token~1'+\`*%!-.
Call-ID: intmeth.word%ZK-!.*_+'@word\`~)(><:\\/"][?}{
CSeq: 139122385 !interesting-Method0123456789_*+\`.%indeed'~
Max-Forwards: 255
extensionHeader-!.%*+_\`'~:\xEF\xBB\xBF\xE5\xA4\xA7
Content-Length: 0

`,
    reads: (m) => [
      m.methodId,
      m.parsedUri?.user,
      m.parsedUri?.password,
      m.via1?.branch,
      m.to?.parsed?.host,
      m.fromTag,
      m.callId,
      m.cseq?.method === m.method,
      m.maxForwards,
      m.firstHeaderNamed("EXTENSIONHEADER-!.%*+_`'~"),
      m.malformedHeader,
    ],
    as: [
      Method.OTHER,
      "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      "z9hG4bK-.!%66*_+`'~",
      'example.com',
      "_token~1'+`*%!-.",
      'intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
      true,
      255,
      6,
      -1,
    ],
  },
  {
    name: '3.1.1.3 esc01: escapes in URIs',
    text: `INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0
To: sip:%75se%72@example.com
From: <sip:I%20have%20spaces@example.net>;tag=938
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKdj3
CSeq: 234234 INVITE
Contact: <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>

`,
    reads: (m) => [
      m.parsedUri?.user,
      m.to?.parsed?.user,
      m.from?.parsed?.user,
      // An escaped `lr` is not `lr` to a parser that does not unescape names, and need not be.
      m.contacts?.list[0]?.addr.parsed?.params,
    ],
    as: ['sips%3Auser%40example.com', '%75se%72', 'I%20have%20spaces', '%6C%72;n%61me=v%61lue%25%34%31'],
  },
  {
    name: '3.1.1.4 escnull: escaped nulls in URIs',
    text: `REGISTER sip:example.com SIP/2.0
To: sip:null-%00-null@example.com
From: sip:null-%00-null@example.com;tag=839923423
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdjuw
CSeq: 14398234 REGISTER
Contact: <sip:%00@host5.example.com>
Contact: <sip:%00%00@host5.example.com>
L:0

`,
    reads: (m) => [m.to?.parsed?.user, m.contacts?.list.map((c) => c.addr.parsed?.user), m.contentLength],
    as: ['null-%00-null', ['%00', '%00%00'], 0],
  },
  {
    name: '3.1.1.5 esc02: escapes where none are allowed stay as they are',
    text: `RE%47IST%45R sip:registrar.example.com SIP/2.0
To: "%Z%45" <sip:resource@example.com>
From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23
Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234
CSeq: 29344 RE%47IST%45R
Contact: <sip:alias1@host1.example.com>
C%6Fntact: <sip:alias2@host2.example.com>
Contact: <sip:alias3@host3.example.com>

`,
    reads: (m) => [m.methodId, m.to?.display, m.via1?.branch, m.contacts?.list.length],
    as: [Method.OTHER, '"%Z%45"', 'z9hG4bK209%fzsnel234', 2],
  },
  {
    name: '3.1.1.6 lwsdisp: no blank between display name and bracket',
    text: 'OPTIONS sip:user@example.com SIP/2.0\nFrom: caller<sip:caller@example.com>;tag=323\n\n',
    reads: (m) => [m.from?.display, m.from?.uri, m.fromTag],
    as: ['caller', 'sip:caller@example.com', '323'],
  },
  {
    name: '3.1.1.7 longreq: long values',
    text: `INVITE sip:user@example.com SIP/2.0
To: "I have a user name of ${'extreme'.repeat(20)} proportion"<sip:user@example.com:6000;unknownparam1=very${'long'.repeat(30)}value;longparam${'name'.repeat(30)}=shortvalue>
F: sip:${'amazinglylong'.repeat(10)}callername@example.net;tag=12${'982'.repeat(50)}424
Call-ID: longreq.one${'really'.repeat(20)}longcallid
CSeq: 3882340 INVITE
Unknown-${'Long'.repeat(40)}-Name: unknown-${'long'.repeat(40)}-value
${Array.from({ length: 34 }, (_, i) => `Via: SIP/2.0/TCP sip${33 - i}.example.com`).join('\n')}
V: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very${'long'.repeat(40)}branchvalue

`,
    reads: (m) => [
      m.to?.parsed?.port,
      m.fromTag.length,
      m.vias.length,
      m.vias[34]?.received,
      m.firstHeaderNamed(`unknown-${'long'.repeat(40)}-name`),
    ],
    as: [6000, 155, 35, '192.0.2.5', 4],
  },
  {
    name: '3.1.1.8 dblreq: extra octets behind a datagram request',
    text: 'REGISTER sip:example.com SIP/2.0\nTo: sip:j.user@example.com\nContent-Length: 0\n\nINVITE sip:joe@example.com SIP/2.0\nt: sip:joe@example.com\n\n',
    reads: (m) => [m.method, m.headerCount, m.to?.uri, m.contentLength],
    as: ['REGISTER', 2, 'sip:j.user@example.com', 0],
  },
  {
    name: '3.1.1.9 semiuri: semicolon in the user part',
    text: 'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\nAccept: application/sdp, application/pkcs7-mime,\n  multipart/mixed, text/sip\n\n',
    reads: (m) => [m.parsedUri?.user, m.parsedUri?.params, m.lists(Hdr.ACCEPT, 'multipart/mixed')],
    as: ['user;par=u%40example.net', '', true],
  },
  {
    name: '3.1.1.10 transports: varied and unknown transports',
    text: `OPTIONS sip:user@example.com SIP/2.0
Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw
Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf
Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj
Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en
Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee

`,
    reads: (m) => m.vias.map((v) => v.transport),
    as: ['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'],
  },
  {
    name: '3.1.1.12 unreason: UTF-8 in the reason phrase',
    text: 'SIP/2.0 200 = 2**3 * 5**2 \xD0\xBD\xD0\xBE\nCSeq: 35 INVITE\n\n',
    reads: (m) => [m.status, m.reason],
    as: [200, '= 2**3 * 5**2 \xD0\xBD\xD0\xBE'],
  },
  {
    name: '3.1.1.13 noreason: empty reason phrase',
    text: 'SIP/2.0 100 \nCSeq: 35 INVITE\n\n',
    reads: (m) => [m.status, m.reason],
    as: [100, ''],
  },
];

const INVALID: Case[] = [
  {
    name: '3.1.2.1 badinv01: extraneous separators; the sound values stay readable',
    text: `INVITE sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=134161461246
Via: SIP/2.0/UDP 192.0.2.15;;,;,,
Contact: "Joe" <sip:joe@example.org>;;;;

`,
    reads: (m) => [m.via1?.host, m.vias.length, m.contacts?.list[0]?.uri, m.fromTag],
    as: ['192.0.2.15', 1, 'sip:joe@example.org', '134161461246'],
  },
  {
    name: '3.1.2.2 clerr: Content-Length above the datagram',
    text: 'INVITE sip:user@example.com SIP/2.0\nContent-Length: 9999\n\nv=0\n',
    reads: (m) => [m.contentLength, m.body.length],
    as: [9999, 5],
  },
  {
    name: '3.1.2.3 ncl: negative Content-Length',
    text: 'INVITE sip:user@example.com SIP/2.0\nContent-Length: -999\n\n',
    reads: (m) => m.contentLength,
    as: -1,
  },
  {
    name: '3.1.2.4 scalar02: request scalars out of range',
    text: `REGISTER sip:example.com SIP/2.0
CSeq: 36893488147419103232 REGISTER
Max-Forwards: 300
Expires: 10000000000000000
Contact: <sip:user@host129.example.com>;expires=280297596632815

`,
    reads: (m) => [m.cseq, m.maxForwards, m.expires, m.contacts?.list[0]?.expires],
    as: [null, 300, -1, -1],
  },
  {
    name: '3.1.2.5 scalarlg: reply scalars out of range',
    text: 'SIP/2.0 503 Service Unavailable\nCSeq: 9292394834772304023312 OPTIONS\nRetry-After: 949302838503028349304023988\n\n',
    reads: (m) => [m.cseq, m.numberOf(Hdr.RETRY_AFTER)],
    as: [null, -1],
  },
  {
    name: '3.1.2.6 quotbal: unterminated quoted string',
    text: 'INVITE sip:user@example.com SIP/2.0\nTo: "Mr. J. User <sip:j.user@example.com>\n\n',
    reads: (m) => m.to,
    as: null,
  },
  {
    name: '3.1.2.7 ltgtruri: brackets around the Request-URI',
    text: 'INVITE <sip:user@example.com> SIP/2.0\nTo: sip:user@example.com\n\n',
    reads: (m) => [m.requestUri, m.parsedUri],
    as: ['<sip:user@example.com>', null],
  },
  { name: '3.1.2.8 lwsruri: blank inside the Request-URI', text: 'INVITE sip:user@example.com; lr SIP/2.0\n\n' },
  { name: '3.1.2.9 lwsstart: several blanks in the request line', text: 'INVITE  sip:user@example.com  SIP/2.0\n\n' },
  {
    name: '3.1.2.10 trws: trailing blanks after the request line are dropped',
    text: 'OPTIONS sip:remote-target@example.com SIP/2.0  \nVia: SIP/2.0/TCP host1.example.com;branch=z9hG4bK299342093\n\n',
    reads: (m) => [m.version, m.via1?.host],
    as: ['SIP/2.0', 'host1.example.com'],
  },
  {
    name: '3.1.2.11 escruri: escaped headers in the Request-URI',
    text: 'INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\n\n',
    reads: (m) => [m.parsedUri?.host, m.parsedUri?.headers],
    as: ['example.com', 'Route=%3Csip:example.com%3E'],
  },
  {
    name: '3.1.2.12 baddate: Date not in GMT',
    text: 'INVITE sip:user@example.com SIP/2.0\nDate: Fri, 01 Jan 2010 16:00:00 EST\n\n',
    reads: (m) => parseSipDate(m.bodyOf(Hdr.DATE) ?? ''),
    as: null,
  },
  {
    name: '3.1.2.13 regbadct: name-addr without brackets; ? belongs to the URI',
    text: 'REGISTER sip:example.com SIP/2.0\nContact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\n\n',
    reads: (m) => m.contacts?.list[0]?.addr.parsed?.headers,
    as: 'Route=%3Csip:sip.example.com%3E',
  },
  {
    name: '3.1.2.14 badaspec: blanks inside the brackets are tolerated',
    text: 'OPTIONS sip:user@example.org SIP/2.0\nTo: "Watson, Thomas" < sip:t.watson@example.org >\n\n',
    reads: (m) => m.to?.uri,
    as: 'sip:t.watson@example.org',
  },
  {
    name: '3.1.2.15 baddn: comma in a display name without quotes',
    text: 'OPTIONS sip:t.watson@example.org SIP/2.0\nFrom:      Bell, Alexander <sip:a.g.bell@example.com>;tag=43\n\n',
    reads: (m) => m.from,
    as: null,
  },
  {
    name: '3.1.2.16 badvers: unknown protocol version',
    text: 'OPTIONS sip:t.watson@example.org SIP/7.0\nVia: SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw\n\n',
    reads: (m) => m.isSip,
    as: false,
  },
  {
    name: '3.1.2.17 mismatch01: CSeq names another method',
    text: 'OPTIONS sip:user@example.com SIP/2.0\nCSeq: 8 INVITE\n\n',
    reads: (m) => [m.methodId, m.cseq?.methodId],
    as: [Method.OPTIONS, Method.INVITE],
  },
  {
    name: '3.1.2.18 mismatch02: unknown method, CSeq names another',
    text: 'NEWMETHOD sip:user@example.com SIP/2.0\nCSeq: 8 INVITE\n\n',
    reads: (m) => [m.methodId, m.cseq?.methodId],
    as: [Method.OTHER, Method.INVITE],
  },
  {
    name: '3.1.2.19 bigcode: status above three digits',
    text: 'SIP/2.0 4294967301 better not break the receiver\nCSeq: 35 INVITE\n\n',
  },
];

const LAYERS: Case[] = [
  {
    name: '3.2.1 badbranch: magic cookie and nothing else',
    text: 'OPTIONS sip:user@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\n\n',
    reads: (m) => hasMagicCookie(m.via1?.branch ?? ''),
    as: false,
  },
  {
    name: '3.3.1 insuf: missing Call-ID, From and To',
    text: 'INVITE sip:user@example.com SIP/2.0\nCSeq: 193942 INVITE\nVia: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf\n\n',
    reads: (m) => [m.callId, m.from, m.to, m.fromTag],
    as: [null, null, null, ''],
  },
  {
    name: '3.3.2 unkscm and 3.3.3 novelsc: unknown schemes in the Request-URI',
    text: 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\nTo: sip:user@example.com\n\n',
    reads: (m) => [m.requestUri, m.parsedUri],
    as: ['soap.beep://192.0.2.103:3002', null],
  },
  {
    name: '3.3.4 unksm2: unknown schemes in headers',
    text: 'REGISTER sip:example.com SIP/2.0\nTo: isbn:2983792873\nFrom: <http://www.example.com>;tag=3234233\nContact: <name:John_Smith>\n\n',
    reads: (m) => [m.to?.uri, m.to?.parsed, m.from?.parsed, m.fromTag, m.contacts?.list[0]?.addr.parsed],
    as: ['isbn:2983792873', null, null, '3234233', null],
  },
  {
    name: '3.3.5 bext01: unknown options required',
    text: 'OPTIONS sip:user@example.com SIP/2.0\nRequire: nothingSupportsThis, nothingSupportsThisEither\nProxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\n\n',
    reads: (m) => [m.requires('nothingsupportsthiseither'), m.lists(Hdr.PROXY_REQUIRE, 'noproxiessupportthis')],
    as: [true, true],
  },
  {
    name: '3.3.7 regaut01: unknown authorization scheme',
    text: 'REGISTER sip:example.com SIP/2.0\nAuthorization: NoOneKnowsThisScheme opaque-data=here\n\n',
    reads: (m) => m.credentials(Hdr.AUTHORIZATION),
    as: [],
  },
  {
    name: '3.3.8 multi01: several values in single-value headers; the topmost counts',
    text: `INVITE sip:user@company.com SIP/2.0
CSeq: 5 INVITE
Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw
Max-Forwards: 70
CSeq: 59 INVITE
Call-ID: multi01.98asdh@192.0.2.1
Call-ID: multi01.98asdh@192.0.2.2
From: sip:caller@example.com;tag=3413415
To: sip:user@example.com
To: sip:other@example.net
From: sip:caller@example.net;tag=2923420123

`,
    reads: (m) => [m.cseq?.number, m.callId, m.to?.uri, m.fromTag],
    as: [5, 'multi01.98asdh@192.0.2.1', 'sip:user@example.com', '3413415'],
  },
  {
    name: '3.3.9 mcl01: two Content-Lengths; both can be found',
    text: "OPTIONS sip:user@example.com SIP/2.0\nContent-Length: 13\nContent-Length: 5\n\nThere's no way to know\n",
    reads: (m) => [m.contentLength, m.nextHeader(m.firstHeader(Hdr.CONTENT_LENGTH), Hdr.CONTENT_LENGTH)],
    as: [13, 1],
  },
  {
    name: '3.3.10 bcast: 200 with a broadcast Via',
    text: 'SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\n\n',
    reads: (m) => m.vias.map((v) => v.host),
    as: ['192.0.2.198', '255.255.255.255'],
  },
  {
    name: '3.3.11 zeromf: Max-Forwards of zero',
    text: 'OPTIONS sip:user@example.com SIP/2.0\nMax-Forwards: 0\n\n',
    reads: (m) => m.maxForwards,
    as: 0,
  },
  {
    name: '3.3.12 cparam01 and 3.3.13 cparam02: parameter of the header or of the URI',
    text: 'REGISTER sip:example.com SIP/2.0\nContact: sip:+19725552222@gw1.example.net;unknownparam\nContact: <sip:+19725552222@gw1.example.net;unknownparam>\n\n',
    reads: (m) => m.contacts?.list.map((c) => [c.addr.params, c.addr.parsed?.params]),
    as: [
      ['unknownparam', ''],
      ['', 'unknownparam'],
    ],
  },
  {
    name: '3.3.14 regescrt: escaped headers in a Contact URI',
    text: 'REGISTER sip:example.com SIP/2.0\nContact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\n\n',
    reads: (m) => m.contacts?.list[0]?.addr.parsed?.headers,
    as: 'Route=%3Csip:sip.example.com%3E',
  },
  {
    name: '3.4.1 inv2543: an RFC 2543 INVITE',
    text: `INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE

`,
    reads: (m) => [m.via1?.branch, m.fromTag, m.to?.uri, m.recordRoutes?.[0]?.parsed?.maddr],
    as: ['', '', 'sip:+16505552222@ss1.example.net', 'ss1.example.com'],
  },
];

for (const [title, cases] of [
  ['valid messages', VALID],
  ['invalid messages', INVALID],
  ['transaction and application layer', LAYERS],
] as const) {
  describe(`RFC 4475: ${title}`, () => {
    it.each(cases)('$name', ({ text, reads, as }) => {
      if (reads === undefined) {
        expect(SipMessage.parse(wire(text), receiveInfo())).toBeInstanceOf(ParseFailure);
        return;
      }
      const msg = parsed(wire(text));
      expect(reads(msg)).toEqual(as);
    });
  });
}

describe('RFC 4475: what is forwarded and answered', () => {
  it('forwards every header byte for byte', () => {
    for (const { text, reads } of [...VALID, ...INVALID, ...LAYERS]) {
      if (reads === undefined) continue;
      const msg = parsed(wire(text));
      if (!msg.isRequest) continue;
      const out = buildRequest(msg, { via: '', keepVia: true });
      expect(out.slice(out.indexOf('\n'))).toBe(msg.raw.slice(msg.raw.indexOf('\n')));
    }
  });

  it('answers every request with a reply that parses', () => {
    for (const { text, reads } of [...VALID, ...INVALID, ...LAYERS]) {
      if (reads === undefined) continue;
      const msg = parsed(wire(text));
      const reply = parsed(buildReply(msg, 400, 'Bad Request', { toTag: 'T' }));
      expect([reply.callId, reply.cseq, reply.vias.length, reply.contentLength]).toEqual([
        msg.callId,
        msg.cseq,
        msg.vias.length,
        0,
      ]);
      if (msg.to !== null) expect(reply.toTag).toBe(msg.toTag || 'T');
    }
  });
});
