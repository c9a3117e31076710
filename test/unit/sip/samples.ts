/** Messages and receive facts that the SIP tests share. */
import { ParseFailure, SipMessage } from '../../../src/sip/message.js';
import type { ListenSocket, ReceiveInfo } from '../../../src/sip/receive-info.js';

export const socket: ListenSocket = { name: '', proto: 'udp', address: '127.0.0.1', port: 6210 };

export function receiveInfo(over: Partial<ReceiveInfo> = {}): ReceiveInfo {
  return {
    srcIp: '127.0.0.1',
    srcPort: 6298,
    dstIp: '127.0.0.1',
    dstPort: 6210,
    proto: 'udp',
    family: 4,
    socket,
    connectionId: 0,
    ...over,
  };
}

/** Text with LF line ends as it goes over the wire. */
export function wire(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
}

/** Parses wire text that must be a message. */
export function parsed(raw: string, info: ReceiveInfo = receiveInfo()): SipMessage {
  const msg = SipMessage.parse(raw, info);
  if (msg instanceof ParseFailure) throw new Error(`refused: ${msg.reason}`);
  return msg;
}

export interface RequestParts {
  method?: string;
  uri?: string;
  via?: string;
  extra?: string;
  body?: string;
}

/** A request whose headers stand in the order of the recorded exchanges with the real server. */
export function request(parts: RequestParts = {}): string {
  const { method = 'OPTIONS', uri = 'sip:u@biloxi.example.com;x=1', extra = 'X-Nothing: 1', body = '' } = parts;
  const via = parts.via ?? 'SIP/2.0/UDP 127.0.0.1:6298;branch=z9hG4bK-1';
  return wire(`${method} ${uri} SIP/2.0
Via: ${via}
Via: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bK-second;received=10.2.2.2
Max-Forwards: 70
Record-Route: <sip:rr1.example.com;lr>
From: "Al" <sip:alice@a.com>;tag=f1
t: Bob <sip:bob@b.com>
Call-ID: c-1@x
CSeq: 7 ${method}
Subject: hi
Contact: <sip:alice@127.0.0.1:6298>
${extra}
Content-Length: ${body.length}

${body}`);
}
