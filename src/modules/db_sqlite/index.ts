import { SqliteDriver } from '../../db/sqlite/driver.js';
import { ConfigError, defineModule } from '../../registry/module.js';

export default defineModule({
  name: 'db_sqlite',
  doc: 'Databases in SQLite files: `sqlite:///absolute/path`, `sqlite://relative/path`.',
  params: {
    db_set_readonly: {
      type: 'list',
      value: 'string',
      doc: 'A file that is opened for reading only; repeatable.',
    },
    db_set_journal_mode: {
      type: 'list',
      value: 'string',
      doc: 'Journal modes: `file=WAL;file=DELETE`. Without it a new file gets WAL.',
    },
    db_set_busy_timeout: {
      type: 'list',
      value: 'string',
      doc: 'How long a write waits for another process (ms): `file=500;file=2000`.',
    },
  },
  configure: (host, params) => {
    const driver = new SqliteDriver(host.stateDir);
    for (const [param, values] of Object.entries(params)) {
      for (const value of values) {
        const refused = driver.configure(param, value);
        if (refused !== undefined) throw new ConfigError(refused, param);
      }
    }
    host.databases.register(driver);
    return driver;
  },
});
