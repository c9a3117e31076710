import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { createSchema } from '../db/schema/create.js';
import { TABLES } from '../db/schema/tables.js';
import { SqliteDriver } from '../db/sqlite/driver.js';
import { sqlitePath } from '../db/sqlite/url.js';

/** `kts db …`: databases for configs. */
export function dbCommand(): Command {
  return new Command('db').description('prepares databases').addCommand(createCommand());
}

/** `kts db create <url> [tables…]`: makes the tables that modules expect; those that are there stay as they are. */
function createCommand(): Command {
  return new Command('create')
    .description('makes the tables that modules need in an SQLite database; does nothing to those that are there')
    .argument('<url>', 'sqlite:///absolute/path or sqlite://relative/path')
    .argument('[tables...]', 'names of tables; all that modules here use when none is given')
    .action((url: string, names: readonly string[]) => {
      const unknown = names.filter((name) => !TABLES.has(name));
      if (unknown.length > 0)
        return fail(`no such table: ${unknown.join(', ')} (there are: ${[...TABLES.keys()].join(', ')})`);
      const path = sqlitePath(url, process.cwd());
      if (!path.ok) return fail(`${path.error.message} (sqlite:///absolute/path or sqlite://relative/path)`);
      if (path.value !== ':memory:') mkdirSync(dirname(path.value), { recursive: true });
      const opened = new SqliteDriver().openSync(url);
      if (!opened.ok) return fail(opened.error.message);
      const tables = [...TABLES.values()].filter((table) => names.length === 0 || names.includes(table.name));
      const made = createSchema(opened.value, tables);
      opened.value.close();
      if (!made.ok) fail(made.error.message);
    });
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
