import { describe, expect, test } from 'vitest';
import rr, { type Rr } from '../../../../src/modules/rr/index.js';
import { ScriptContext } from '../../../../src/script/context.js';
import { RouteKind } from '../../../../src/script/route-kind.js';
import { buildRequest } from '../../../../src/sip/build.js';
import { Hdr } from '../../../../src/sip/header-names.js';
import type { SipMessage } from '../../../../src/sip/message.js';
import { fakeHost, OTHER_SOCKET, paramsOf, request, SOCKET } from '../fake-host.js';

function router(set: Record<string, unknown> = {}): Rr {
  return rr.configure(fakeHost().host, paramsOf(rr as never, set));
}

const run = (msg: SipMessage, kind: number = RouteKind.REQUEST) => new ScriptContext(msg, kind);

/** Headers of that name in the request as it leaves from `socket`. */
function sent(msg: SipMessage, name: string, socket = SOCKET): string[] {
  const text = buildRequest(msg, { via: '', target: { socket, receivedOn: SOCKET } });
  return text.split('\r\n').filter((line) => line.startsWith(`${name}:`));
}

const inDialog = (routes: readonly string[], uri = 'sip:bob@10.0.0.9') =>
  request('BYE', uri, ['To: <sip:bob@biloxi.example.com>;tag=tt', ...routes.map((r) => `Route: ${r}`)]);

describe('record_route', () => {
  test('every branch has its own parameters', () => {
    const state = router();
    const msg = request('INVITE', 'sip:bob@10.0.0.9');
    state.recordRoute(run(msg), '');
    const shared = msg.edits;
    msg.edits = shared.fork();
    state.addParam(run(msg, RouteKind.BRANCH), ';b=1');
    expect(sent(msg, 'Record-Route')).toEqual(['Record-Route: <sip:127.0.0.1;lr;ftag=ft;b=1>']);
    msg.edits = shared;
    expect(sent(msg, 'Record-Route')).toEqual(['Record-Route: <sip:127.0.0.1;lr;ftag=ft>']);
  });

  test('two headers when the request leaves from another socket', () => {
    const state = router();
    const msg = request('INVITE', 'sip:bob@10.0.0.9');
    state.recordRoute(run(msg), '');
    expect(sent(msg, 'Record-Route', OTHER_SOCKET)).toEqual([
      'Record-Route: <sip:127.0.0.1:5080;r2=on;lr;ftag=ft>',
      'Record-Route: <sip:127.0.0.1;r2=on;lr;ftag=ft>',
    ]);
  });

  test('taking it back leaves nothing behind', () => {
    const state = router();
    const msg = request('INVITE', 'sip:bob@10.0.0.9');
    state.recordRoute(run(msg), '');
    state.removeRecordRoute(run(msg));
    expect(sent(msg, 'Record-Route', OTHER_SOCKET)).toEqual([]);
    expect(msg.edits.hasKind(Hdr.RECORD_ROUTE)).toBe(false);
  });
});

describe('loose_route', () => {
  test.each([
    [['<sip:127.0.0.1;lr>'], 1, '', []],
    [['<sip:127.0.0.1;lr>, <sip:10.0.0.1;lr>'], 1, 'sip:10.0.0.1;lr', ['Route: <sip:10.0.0.1;lr>']],
    [
      ['<sip:127.0.0.1;lr>', '<sip:10.0.0.1;lr>,<sip:10.0.0.2;lr>'],
      1,
      'sip:10.0.0.1;lr',
      ['Route: <sip:10.0.0.1;lr>,<sip:10.0.0.2;lr>'],
    ],
    [['<sip:10.0.0.1;lr>'], 1, 'sip:10.0.0.1;lr', ['Route: <sip:10.0.0.1;lr>']],
    [['sip:127.0.0.1;lr'], -1, '', ['Route: sip:127.0.0.1;lr']],
  ])('%j', (routes, code, du, left) => {
    const msg = inDialog(routes);
    expect(router().looseRoute(run(msg), 0)).toBe(code);
    expect(msg.dstUri).toBe(du);
    expect(sent(msg, 'Route')).toEqual(left);
  });

  test('a strict router gets its address as Request-URI and the target as last Route', () => {
    const msg = inDialog(['<sip:127.0.0.1;lr>, <sip:10.0.0.1>, <sip:10.0.0.2>']);
    expect(router().looseRoute(run(msg), 0)).toBe(1);
    expect(msg.currentUri).toBe('sip:10.0.0.1');
    expect(sent(msg, 'Route')).toEqual(['Route: <sip:10.0.0.2>', 'Route: <sip:bob@10.0.0.9>']);
  });

  test('the second of our two Routes names the socket', () => {
    const msg = inDialog(['<sip:127.0.0.1;r2=on;lr>, <sip:127.0.0.1:5080;r2=on;lr>']);
    expect(router().looseRoute(run(msg), 0)).toBe(1);
    expect(msg.forceSocket).toBe(OTHER_SOCKET);
    expect(sent(msg, 'Route')).toEqual([]);
  });

  test('direction follows the tag of the first request, in copies of the message as well', () => {
    const state = router();
    const msg = inDialog(['<sip:127.0.0.1;lr;ftag=tt>']);
    expect(state.direction(msg)).toBe('upstream');
    expect(state.initialTags(msg)).toEqual({ from: 'tt', to: 'ft' });
  });
});
