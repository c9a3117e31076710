import { expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/clock/clock.js';
import { Peer, request, sipServer } from '../../sip-server.js';

/** A clock on which each look at the time takes a second. */
class SlowClock extends VirtualClock {
  #looks = 0;
  override unix(): number {
    return super.unix() + this.#looks++;
  }
}

test('a reply grants what was saved, however long the saving took', async () => {
  const phone = await Peer.open();
  const server = await sipServer(
    `loadmodule "usrloc.so"
     loadmodule "registrar.so"
     request_route { save("location"); }`,
    { clock: new SlowClock() },
  );
  for (const [i, expires] of [600, 900].entries()) {
    const headers = `Contact: <sip:bob@127.0.0.1:${phone.port}>;expires=${expires}\r\n`;
    const register = request('REGISTER', phone, 'sip:example.com', headers, i + 1).replace(/call-\d/, 'call-1');
    phone.send(register, server.port);
    expect(await phone.next()).toContain(`;expires=${expires}\r\n`);
  }
  await server.close();
  await phone.close();
});
