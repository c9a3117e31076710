import type { ParamDef } from '../../registry/module.js';

const owner = (what: string) => ({ type: 'int|string', default: null, doc: what }) as const;

export const PARAMS = {
  pretty_format: { type: 'int', default: 1, doc: 'Replies with line ends and tabs; 0: without.' },
  transport: {
    type: 'int',
    default: 6,
    min: 0,
    max: 15,
    doc: 'Sum of 1 HTTP, 2 FIFO, 4 datagrams, 8 TCP; 0: all that can be had.',
  },
  fifo_name: {
    type: 'string',
    default: 'kamailio_rpc.fifo',
    doc: 'FIFO for commands, in the run directory unless the path is absolute.',
  },
  fifo_mode: { type: 'int', default: 0o660, min: 0, max: 0o777, doc: 'Permissions of the FIFO.' },
  fifo_group: owner('Group of the FIFO.'),
  fifo_user: owner('Owner of the FIFO.'),
  fifo_reply_dir: { type: 'string', default: '/tmp/', doc: 'Where FIFOs for replies are.' },
  dgram_socket: {
    type: 'string',
    default: 'kamailio_rpc.sock',
    doc: 'Socket for datagrams: a path (in the run directory unless absolute), or udp:address:port.',
  },
  dgram_workers: { type: 'int', default: 1, doc: 'Processes for datagrams.', noEffect: 'one loop serves all' },
  dgram_timeout: {
    type: 'int',
    default: 2000,
    doc: 'How long sending a reply may take (ms).',
    noEffect: 'a reply that cannot be sent at once is dropped',
  },
  dgram_mode: { type: 'int', default: 0o660, min: 0, max: 0o777, doc: 'Permissions of the datagram socket.' },
  dgram_group: owner('Group of the datagram socket.'),
  dgram_user: owner('Owner of the datagram socket.'),
  tcp_socket: { type: 'string', default: '', doc: 'Where to listen for commands over TCP: address:port.' },
} as const satisfies Readonly<Record<string, ParamDef>>;
