import { describe, expect, test } from 'vitest';
import { SipMessage } from '../../../src/sip/message.js';
import { transactionOf } from '../../../src/tm/arming.js';
import { request } from './harness.js';
import { Joined } from './joined.js';

const WORK = { table: 'main', name: 'WORK' } as const;

/** Threads whose route WORK says where it ran, and relays. */
function joined(settings: ConstructorParameters<typeof Joined>[0] = {}) {
  const all = new Joined(settings);
  const ran: number[] = [];
  all.route('main', 'WORK', (ctx, bench) => {
    ran.push(bench.host.threadIndex);
    return bench.layer.relay.relay(ctx);
  });
  all.route('main', '0', (ctx, bench) => bench.layer.create(ctx));
  return { all, ran };
}

describe('a suspended transaction', () => {
  test('goes on in a worker, which its replies and retransmissions find; nothing is left when it has ended', async () => {
    const { all, ran } = joined();
    const { t } = await all.suspended();
    all.exchanges[0]!.reserve('w');
    all.benches[0]!.layer.handover!.push(t, 1, 'w', WORK);
    await all.settled();
    expect(ran).toEqual([1]);
    expect(all.sizes()).toEqual([0, 1, 0]);
    await all.receive(request('INVITE'));
    expect(all.sizes()).toEqual([0, 1, 0]);
    await all.receive(all.replyTo(1, 'INVITE', 486));
    expect(all.sent()).toContain('SIP/2.0 486 X');
    await all.advance(60_000);
    expect(all.sizes()).toEqual([0, 0, 0]);
    expect(all.owned()).toEqual([]);
    expect([...all.loads]).toEqual([0, 0, 0]);
  });

  test('that has ended meanwhile is not brought back to life', async () => {
    const { all, ran } = joined({ fr_timer: 1000, wt_timer: 1000 });
    const { t } = await all.suspended('OPTIONS');
    await all.advance(10_000);
    expect(all.sizes()).toEqual([0, 0, 0]);
    all.exchanges[0]!.reserve('w');
    all.benches[0]!.layer.handover!.push(t, 1, 'w', WORK);
    await all.settled();
    expect(ran).toEqual([]);
    expect(all.sizes()).toEqual([0, 0, 0]);
    expect(all.owned()).toEqual([]);
    expect([...all.loads]).toEqual([0, 0, 0]);
  });

  test('that another thread has fetched goes on once', async () => {
    const { all, ran } = joined();
    const { t, index, label } = await all.suspended('OPTIONS');
    void all.benches[2]!.layer.handover!.pull(index, label, WORK);
    await all.settled();
    expect(ran).toEqual([2]);
    all.exchanges[0]!.reserve('w');
    all.benches[0]!.layer.handover!.push(t, 1, 'w', WORK);
    await all.settled();
    expect(ran).toEqual([2]);
    expect(all.sizes()).toEqual([0, 0, 1]);
  });

  test('comes home again, over two workers, and leaves no notes', async () => {
    const { all } = joined();
    let times = 0;
    const again = (ctx: never, bench: (typeof all.benches)[number]): number => {
      times++;
      return bench.layer.suspension.suspend(ctx);
    };
    all.route('main', 'AGAIN', again as never);
    const { index, label } = await all.suspended();
    for (const thread of [1, 2, 1, 0, 2, 0]) {
      const route = { table: 'main', name: 'AGAIN' } as const;
      expect(await all.asked(() => all.benches[thread]!.layer.handover!.pull(index, label, route))).toBe(0);
    }
    expect(times).toBe(6);
    expect(all.sizes()).toEqual([1, 0, 0]);
    all.benches[0]!.layer.suspension.resume(index, label, all.benches[0]!.routes.get('main:WORK')!);
    await all.settled();
    await all.receive(all.replyTo(0, 'INVITE', 200));
    await all.advance(60_000);
    expect(all.sizes()).toEqual([0, 0, 0]);
    expect(all.owned()).toEqual([]);
    // Its slot is free again: the next transaction has it.
    expect((await all.suspended('OPTIONS', { callId: 'c2' })).index).toBe(index);
  });

  test('keeps what the script did to its message, and the number of it', async () => {
    const { all } = joined();
    const ctx = all.benches[0]!.request(request('OPTIONS', { headers: 'X-A: 1\r\n' }), (x) => {
      const { msg, attrs } = x;
      msg.dstUri = 'sip:127.0.0.1:5999';
      msg.flags = 5;
      msg.edits.insertBefore(msg.headersEnd, 'X-B: 2\r\n');
      attrs.push('a', 'first');
      attrs.push('a', 7);
      attrs.setFlag('a', 'mark', true);
      all.benches[0]!.layer.suspension.begin(x);
      all.benches[0]!.layer.suspension.suspend(x);
    });
    let seen: unknown[] = [];
    all.route('main', 'LOOK', ({ msg, attrs }, { layer, host }) => {
      const mark = attrs.hasFlag('a', 'mark');
      seen = [host.threadIndex, msg.id, msg.dstUri, msg.flags, attrs.all('a'), mark];
      layer.relay.relay(layer.context(transactionOf(msg)!, msg, 0));
    });
    const t = transactionOf(ctx.msg)!;
    await all.asked(() => all.benches[1]!.layer.handover!.pull(t.index, t.label, { table: 'main', name: 'LOOK' }));
    expect(seen).toEqual([1, ctx.msg.id, 'sip:127.0.0.1:5999', 5, [7, 'first'], true]);
    expect(all.benches[1]!.last('OPTIONS').text).toContain('X-A: 1\r\n');
  });

  test('has what comes for it seen by event_route[core:pre-routing], once', async () => {
    const { all } = joined();
    const early: string[] = [];
    all.route('event', 'core:pre-routing', ({ msg }, { host }) => void early.push(`${host.threadIndex} ${msg.method}`));
    const { index, label } = await all.suspended();
    await all.asked(() => all.benches[1]!.layer.handover!.pull(index, label, WORK));
    await all.receive(request('INVITE'));
    await all.receive(all.replyTo(1, 'INVITE', 180));
    expect(early).toEqual(['0 INVITE', '0 ']);
    expect(all.sent()).toContain('SIP/2.0 180 X');
  });

  test('is not sent more messages than its thread may have waiting', async () => {
    const { all } = joined();
    const { index, label } = await all.suspended();
    await all.asked(() => all.benches[1]!.layer.handover!.pull(index, label, WORK));
    const posted: unknown[] = [];
    all.exchanges[0]!.connect(1, { post: (letters) => posted.push(...letters) });
    const msg = SipMessage.parse(request('INVITE'), all.benches[0]!.received()) as SipMessage;
    for (let n = 0; n < 20_010; n++) expect(all.benches[0]!.host.hooks.elsewhere[0]!(msg, true)).toBe(true);
    await all.settled();
    expect(posted.length).toBe(20_000);
    expect(all.benches[0]!.host.statistics.find('core', 'overloaded')?.get()).toBe(10);
  });

  test.each(['set', 'add'] as const)('is found by its retransmission with memory full (%s)', async (refused) => {
    const { all, ran } = joined();
    const owners = all.zone.map('tm:owners');
    const { set, add } = owners;
    const refuse = (): void => {
      owners.set = () => false;
      owners.add = () => false;
    };
    if (refused === 'add') refuse();
    const { index, label } = await all.suspended();
    if (refused === 'set') refuse();
    await all.asked(() => all.benches[1]!.layer.handover!.pull(index, label, WORK));
    const before = all.benches[1]!.sent.length;
    await all.receive(request('INVITE'));
    expect(all.benches[1]!.sent.length).toBe(before + 1);
    expect(all.sizes()).toEqual([0, 1, 0]);
    expect(ran).toEqual([1]);
    Object.assign(owners, { set, add });
  });

  test('that was relayed and suspended again is not sent to the same destination twice', async () => {
    const { all } = joined();
    all.route('main', 'RELAY', (ctx, { layer }) => {
      layer.relay.relay(ctx);
      layer.suspension.suspend(ctx);
    });
    const { index, label } = await all.suspended();
    const first = { table: 'main', name: 'RELAY' } as const;
    await all.asked(() => all.benches[1]!.layer.handover!.pull(index, label, first));
    await all.asked(() => all.benches[2]!.layer.handover!.pull(index, label, WORK));
    expect(all.sent().filter((line) => line.startsWith('INVITE'))).toHaveLength(1);
  });

  test('lets go of its request when it has ended, wherever that is', async () => {
    const { all } = joined();
    const { index, label } = await all.suspended();
    void all.benches[1]!.layer.handover!.pull(index, label, WORK);
    await all.settled();
    const moved = all.benches[1]!.layer.table.at(index, label)!;
    await all.receive(all.replyTo(1, 'INVITE', 200));
    expect(moved.waitTimer).not.toBeNull();
    expect(moved.routing).toBeNull();
  });
});

describe('when a worker dies', () => {
  const AGAIN = { table: 'main', name: 'AGAIN' } as const;

  /** A transaction of thread 0 that is suspended in worker 1. */
  async function inWorker() {
    const { all, ran } = joined();
    all.route('main', 'AGAIN', (ctx, bench) => void bench.layer.suspension.suspend(ctx));
    const { index, label } = await all.suspended('OPTIONS');
    await all.asked(() => all.benches[1]!.layer.handover!.pull(index, label, AGAIN));
    return { all, ran, t: all.benches[1]!.layer.table.at(index, label)!, index };
  }
  const answers = (all: Joined): string[] => all.sent().filter((line) => line.startsWith('SIP/2.0 500'));

  test('its transactions are answered, and nobody remembers them', async () => {
    const { all, index } = await inWorker();
    all.exchanges[0]!.lost(1);
    await all.settled();
    expect(answers(all)).toEqual(['SIP/2.0 500 Server Internal Error']);
    expect(all.owned()).toEqual([]);
    expect((await all.suspended('OPTIONS', { callId: 'c2' })).index).toBe(index);
  });

  test('one that was on its way from another worker is answered', async () => {
    const { all, ran, t, index } = await inWorker();
    all.exchanges[1]!.reserve('w');
    all.disconnect(2);
    all.benches[1]!.layer.handover!.push(t, 2, 'w', WORK);
    await all.settled();
    all.exchanges[0]!.lost(2);
    await all.settled();
    expect(answers(all)).toEqual([]);
    all.connect(2);
    await all.settled();
    expect(answers(all)).toEqual(['SIP/2.0 500 Server Internal Error']);
    expect(ran).toEqual([]);
    expect(all.owned()).toEqual([]);
    expect((await all.suspended('OPTIONS', { callId: 'c2' })).index).toBe(index);
  });

  test('one that waits for it to be started again goes on there, and is not answered as well', async () => {
    const { all, ran, t } = await inWorker();
    all.exchanges[1]!.reserve('w');
    all.exchanges[0]!.lost(2);
    all.benches[1]!.layer.handover!.push(t, 2, 'w', WORK);
    await all.settled();
    all.connect(2);
    await all.settled();
    expect(answers(all)).toEqual([]);
    expect(ran).toEqual([2]);
    expect(all.sizes()).toEqual([0, 0, 1]);
  });

  test('one that waits for a thread that is given up is answered', async () => {
    const { all, t } = await inWorker();
    all.exchanges[1]!.reserve('w');
    all.exchanges[0]!.lost(2);
    all.benches[1]!.layer.handover!.push(t, 2, 'w', WORK);
    await all.settled();
    all.exchanges[0]!.givenUp(2);
    await all.settled();
    expect(answers(all)).toEqual(['SIP/2.0 500 Server Internal Error']);
    expect(all.owned()).toEqual([]);
  });
});
