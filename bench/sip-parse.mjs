// Time to parse a typical OPTIONS and to build its 200, per message. Usage: node bench/sip-parse.mjs (after npm run build)
import { buildReply } from '../dist/src/sip/build.js';
import { SipMessage } from '../dist/src/sip/message.js';
import { TagSource } from '../dist/src/sip/tag.js';

const packet = Buffer.from(
  [
    'OPTIONS sip:service@192.0.2.10:5060 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.77:5066;branch=z9hG4bK-12345-67-0;rport',
    'From: sipp <sip:sipp@192.0.2.77:5066>;tag=12345SIPpTag0067',
    'To: sut <sip:service@192.0.2.10:5060>',
    'Call-ID: 67-12345@192.0.2.77',
    'CSeq: 1 OPTIONS',
    'Contact: <sip:sipp@192.0.2.77:5066>',
    'Max-Forwards: 70',
    'User-Agent: bench',
    'Accept: application/sdp',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n'),
);
const socket = { name: '', proto: 'udp', address: '192.0.2.10', port: 5060 };
const info = {
  srcIp: '192.0.2.77',
  srcPort: 5066,
  dstIp: '192.0.2.10',
  dstPort: 5060,
  proto: 'udp',
  family: 4,
  socket,
  connectionId: 0,
};
const tags = new TagSource('.');
const out = Buffer.alloc(4096);
const server = 'Server: kts\r\n';

const parse = () => SipMessage.parse(packet.latin1Slice(0, packet.length), info);
const steps = {
  'decode and parse': () => parse().headerCount,
  'and read $ru, $fU, $tt, $ci': () => {
    const msg = parse();
    return msg.parsedUri.user.length + msg.from.parsed.user.length + msg.toTag.length + msg.callId.length;
  },
  'and build a 200': () => {
    const msg = parse();
    return buildReply(msg, 200, 'OK', { toTag: tags.tagFor(msg), server }).length;
  },
  'and write it to a buffer': () => {
    const msg = parse();
    return out.latin1Write(buildReply(msg, 200, 'OK', { toTag: tags.tagFor(msg), server }), 0);
  },
};

const ROUNDS = 300_000;
let sum = 0;
for (const [name, step] of Object.entries(steps)) {
  for (let i = 0; i < 50_000; i++) sum += step();
  const start = process.hrtime.bigint();
  for (let i = 0; i < ROUNDS; i++) sum += step();
  const ns = Number(process.hrtime.bigint() - start) / ROUNDS;
  console.log(`${(ns / 1000).toFixed(2).padStart(6)} µs  ${name}`);
}
if (sum === 0) process.exitCode = 1;
