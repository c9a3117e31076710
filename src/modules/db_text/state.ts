import type { Database } from '../../db/database.js';
import { dbError } from '../../db/result.js';
import { TextDriver } from '../../db/text/driver.js';
import { type TextEngine, type TextOutcome, TextStore, type TextWork } from '../../db/text/store.js';
import type { Host } from '../../registry/host.js';
import type { ParamValues } from '../../registry/module.js';
import type { params as definitions } from './params.js';
import { shownRows } from './shown.js';

/** Letters that carry work to thread 0. */
const LETTER = 'db_text';

interface Letter {
  readonly directory: string;
  readonly work: TextWork;
}

/** The databases in text files. Thread 0 holds the tables, which the other threads ask it for. */
export class TextDatabases {
  /** Null in threads that do not hold the tables. */
  readonly #store: TextStore | null;
  readonly #delimiter: string;
  /** What RPC asks. */
  #default: Database | null = null;

  constructor(
    private readonly host: Host,
    private readonly params: ParamValues<typeof definitions>,
  ) {
    let delimiter = params.db_delim;
    if (delimiter.length !== 1 || delimiter === '\\' || delimiter === '\n') {
      host.log.error('db_text', 'db_delim must be a character, defaulting to ":"');
      delimiter = ':';
    }
    this.#delimiter = delimiter;
    const store = new TextStore(
      {
        delimiter,
        emptyStrings: params.emptystring !== 0,
        maxField: params.file_buffer_size,
        rereads: params.db_mode !== 0,
        maxRows: params.max_result_rows,
      },
      (text) => host.log.error('db_text', text),
    );
    this.#store = host.threadIndex === 0 ? store : null;
    host.threads.handle<Letter>(LETTER, ({ directory, work }) => store.run(directory, work));
    const asked: TextEngine = async (directory, work) =>
      (await host.threads.ask<TextOutcome>(0, LETTER, { directory, work } satisfies Letter)) ??
      dbError('gone', `${directory}: the thread that has the tables does not answer`);
    host.databases.register(new TextDriver(host.configDir, this.#store?.run ?? asked));
  }

  /** Writes what has changed; false when a table could not be written (logged). */
  async save(): Promise<boolean> {
    return (await this.#store?.save()) ?? true;
  }

  async stop(): Promise<void> {
    await this.#default?.close();
    await this.save();
  }

  /** What RPC `db_text.query` answers: lines of text, errors among them, as upstream does. */
  async query(sql: string): Promise<string[]> {
    const database = await this.#defaultDatabase();
    if (database === null) return [`invalid connection : ${this.params.default_connection}`];
    const done = await database.rawQuery(sql);
    if (done.ok) return shownRows(done.value, this.#delimiter);
    this.host.log.error('db_text', done.error.message);
    return ['error executing sql statement'];
  }

  async #defaultDatabase(): Promise<Database | null> {
    if (this.#default !== null) return this.#default;
    const opened = await this.host.databases.open(this.params.default_connection);
    if (opened.ok) this.#default = opened.value;
    else this.host.log.error('db_text', opened.error.message);
    return this.#default;
  }
}
