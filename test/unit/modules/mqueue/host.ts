import { type Clock, VirtualClock } from '../../../../src/clock/clock.js';
import { DriverRegistry } from '../../../../src/db/registry.js';
import { SqliteDriver } from '../../../../src/db/sqlite/driver.js';
import { Mqueue } from '../../../../src/modules/mqueue/state.js';
import { Log } from '../../../../src/observe/log.js';
import { Statistics } from '../../../../src/observe/statistics.js';
import type { Host } from '../../../../src/registry/host.js';
import type { ParamSetting } from '../../../../src/registry/module.js';
import { LocalZone } from '../../../../src/shm/local-zone.js';
import type { Zone } from '../../../../src/shm/zone.js';

/** The module over real queues and a real SQLite file. */
export function makeMqueue(
  queues: readonly string[],
  dbUrl: string | null,
  clock: Clock = new VirtualClock(),
  zone: Zone = new LocalZone(clock),
  threadIndex = 0,
) {
  const records: string[] = [];
  const databases = new DriverRegistry();
  databases.register(new SqliteDriver());
  const log = new Log({ write: (r) => records.push(`${r.level} ${r.text}`) }, 2);
  const host = { clock, log, databases, zone, statistics: new Statistics(), threadIndex };
  const settings = queues.map(
    (value, i): ParamSetting => ({ name: 'mqueue', value, at: { file: 'x.cfg', line: i + 1, column: 1 } }),
  );
  const params = {
    db_url: dbUrl,
    mqueue: queues,
    mqueue_name: [],
    mqueue_size: 0,
    mqueue_addmode: 0,
    peek_timeout: 30,
    db_sync: 0,
  };
  const state = new Mqueue(host as unknown as Host, params, settings);
  return { state, records, clock, databases };
}
