import { workerData } from 'node:worker_threads';
import type { ContactInfo } from '../../../../src/modules/usrloc/contact.js';
import { Domain, type DomainServices } from '../../../../src/modules/usrloc/domain.js';
import { DbMode } from '../../../../src/modules/usrloc/record.js';
import { SharedZone } from '../../../../src/shm/shared-zone.js';

// The other side of threads.test.ts: contacts of a few users come and go.
const { handle, index, rounds } = workerData;
const services: DomainServices = {
  rules: { matchingMode: 0, cseqDelay: 20, descTimeOrder: false, natFlag: 0, dbMode: DbMode.NONE },
  now: () => 1_800_000_000,
  tell: () => {},
  store: () => null,
  error: (text) => {
    throw new Error(text);
  },
};
const domain = new Domain('location', SharedZone.attach(handle, { now: () => 0 }), 512, services);
const info: ContactInfo = {
  address: 'sip:a@192.0.2.1',
  received: '',
  path: '',
  expires: 1_900_000_000,
  q: -1,
  callId: 'call',
  cseq: 1,
  flags: 0,
  cflags: 0,
  userAgent: 'phone',
  socket: 'udp:192.0.2.9:5060',
  lastModified: 1_800_000_000,
  methods: 0xffffffff,
  instance: '',
  regId: 0,
  serverId: 0,
  connectionId: -1,
  xavp: [],
};

for (let i = 0; i < rounds; i++) {
  void domain.change(`user${i % 3}`, (record) => {
    record.insert(`${index}-${i}`, info);
    if (record.contacts.length > 4) record.delete(record.contacts[0]!);
  });
  if (i % 50 !== 0) continue;
  void domain.change(`user${i % 3}`, (record) => {
    for (const contact of record.contacts) record.delete(contact);
  });
}
