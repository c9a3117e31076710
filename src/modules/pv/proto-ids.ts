import type { Proto } from '../../sip/receive-info.js';

/** Upstream's numbers for transports, as `$prid`, `$K(…)` and the number beside `$pr` show them. */
export const PROTO_IDS: Readonly<Record<Proto, number>> = { udp: 1, tcp: 2, tls: 3, sctp: 4, ws: 5, wss: 6 };

/** Address family numbers of Linux, as `$af(id)` shows them. */
export const FAMILY_IDS = { 4: 2, 6: 10 } as const;

/** The number of a transport; 0 when it is unknown. */
export function protoId(proto: Proto | null): number {
  return proto === null ? 0 : PROTO_IDS[proto];
}
