/** Column types of upstream's database API (srdb1). */
export type ColumnType = 'int' | 'bigint' | 'double' | 'string' | 'datetime' | 'blob' | 'bitmap';

/**
 * A cell. Text is latin1-held bytes as everywhere in kts (drivers convert from and to the database's encoding); `Date`
 * is a datetime column, `Uint8Array` a blob, `bigint` a value beyond 2^53 or a bigint column's own type.
 */
export type DbValue = null | number | bigint | string | Date | Uint8Array;

/** Comparison operators of upstream's `db_op_t`; `&` is its bitwise test. */
export type DbOperator = '=' | '<' | '>' | '<=' | '>=' | '!=' | '&';

/** One `column op value` of a where clause; with `= null` and `!= null` becoming IS NULL and IS NOT NULL. */
export interface Condition {
  readonly column: string;
  readonly op?: DbOperator;
  readonly value: DbValue;
}

/** One column of a row to write. */
export interface Assignment {
  readonly column: string;
  readonly value: DbValue;
}

export interface OrderBy {
  readonly column: string;
  readonly descending?: boolean;
}

/** A select. */
export interface Query {
  readonly table: string;
  /** All columns when absent. */
  readonly columns?: readonly string[];
  /** Joined with AND, or with OR when `anyOf` is set (upstream's CON_OR_OPERATOR). */
  readonly where?: readonly Condition[];
  readonly anyOf?: boolean;
  readonly order?: readonly OrderBy[];
  readonly limit?: number;
}

/** A change, as data: it can be queued, grouped and sent to the driver's thread. */
export type Change =
  | { readonly op: 'insert'; readonly table: string; readonly values: readonly Assignment[] }
  | {
      readonly op: 'update';
      readonly table: string;
      readonly values: readonly Assignment[];
      readonly where?: readonly Condition[];
    }
  /** Upstream `replace`: insert, or overwrite the row with the same unique key. */
  | { readonly op: 'replace'; readonly table: string; readonly values: readonly Assignment[] }
  /** Upstream `insert_update`: insert, or update the row whose unique key (`key` columns) is taken. */
  | {
      readonly op: 'insertUpdate';
      readonly table: string;
      readonly values: readonly Assignment[];
      readonly key?: readonly string[];
    }
  | { readonly op: 'delete'; readonly table: string; readonly where?: readonly Condition[] }
  | { readonly op: 'raw'; readonly sql: string; readonly params?: readonly DbValue[] };

/** What a change did. */
export interface ChangeResult {
  readonly affected: number;
  /** Row id of the last insert of this change; undefined when it inserted nothing. */
  readonly lastInsertId: number | bigint | undefined;
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Rows of a query, cells in the order of `columns`. */
export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly DbValue[])[];
  /** How many rows a raw statement changed; absent when it reads, and where the driver cannot tell. */
  readonly affected?: number;
}

/**
 * Why a database operation failed. `locked`: another writer held the file too long; `full`: no space; `gone`: file,
 * server or connection is not there (or closed); `constraint`: unique, not-null …; `syntax`: SQL, unknown table or column;
 * `version`: a table has another layout than the module expects; `readonly`; `url`: unusable URL or no driver; `other`.
 */
export type DbErrorCode =
  | 'locked'
  | 'full'
  | 'gone'
  | 'constraint'
  | 'syntax'
  | 'version'
  | 'readonly'
  | 'url'
  | 'other';

export interface DbError {
  readonly code: DbErrorCode;
  readonly message: string;
}

/** Expected failures are values. */
export type DbResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: DbError };

/** What a driver can do; modules ask before they rely on it (upstream's `DB_CAPABILITY`). */
export type Capability =
  | 'query'
  | 'raw'
  | 'insert'
  | 'delete'
  | 'update'
  | 'replace'
  | 'insertUpdate'
  | 'fetch'
  | 'lastInsertId'
  | 'affectedRows'
  | 'transaction';

/** Rows in chunks, for tables too large to hold twice. */
export interface RowCursor {
  /** The next chunk; an empty one at the end. */
  next(): Promise<DbResult<Rows>>;
  close(): Promise<void>;
}

/** An open database. Nothing here blocks the calling thread; operations run in the order they were called. */
export interface Database {
  /** With the password replaced by `xxx`. */
  readonly url: string;
  readonly capabilities: ReadonlySet<Capability>;
  query(query: Query): Promise<DbResult<Rows>>;
  /** A statement in the driver's own SQL that returns rows (upstream `raw_query`). */
  rawQuery(sql: string, params?: readonly DbValue[]): Promise<DbResult<Rows>>;
  /** Chunks of at most `chunkRows` rows. */
  fetch(query: Query, chunkRows: number): RowCursor;
  change(change: Change): Promise<DbResult<ChangeResult>>;
  /** All or nothing; the results of each change in order. */
  transaction(changes: readonly Change[]): Promise<DbResult<readonly ChangeResult[]>>;
  insert(table: string, values: readonly Assignment[]): Promise<DbResult<ChangeResult>>;
  update(table: string, values: readonly Assignment[], where?: readonly Condition[]): Promise<DbResult<ChangeResult>>;
  replace(table: string, values: readonly Assignment[]): Promise<DbResult<ChangeResult>>;
  insertUpdate(table: string, values: readonly Assignment[], key?: readonly string[]): Promise<DbResult<ChangeResult>>;
  delete(table: string, where?: readonly Condition[]): Promise<DbResult<ChangeResult>>;
  /** The layout version of a table by the `version` table; 0 when it has no row (upstream `table_version`). */
  tableVersion(table: string): Promise<DbResult<number>>;
  /** Error `version` when the table's layout is not `expected`. */
  checkTable(table: string, expected: number): Promise<DbResult<void>>;
  /** Waits for everything called so far, then lets go of the database. */
  close(): Promise<void>;
}

/** The same for start-up and shutdown, when there is no message loop to hold up. */
export interface SyncDatabase {
  readonly url: string;
  query(query: Query): DbResult<Rows>;
  rawQuery(sql: string, params?: readonly DbValue[]): DbResult<Rows>;
  /** Chunks of at most `chunkRows` rows; stops after the first error. */
  fetch(query: Query, chunkRows: number): IterableIterator<DbResult<Rows>>;
  change(change: Change): DbResult<ChangeResult>;
  transaction(changes: readonly Change[]): DbResult<readonly ChangeResult[]>;
  tableVersion(table: string): DbResult<number>;
  checkTable(table: string, expected: number): DbResult<void>;
  close(): void;
}

/** A database driver, by URL scheme. */
export interface Driver {
  /** URL schemes it answers, without `://`. */
  readonly schemes: readonly string[];
  readonly capabilities: ReadonlySet<Capability>;
  /** Takes a modparam of the driver's module (`db_set_readonly` …), before anything is opened; a message when it is refused. */
  configure(param: string, value: string | number): string | undefined;
  open(url: string): Promise<DbResult<Database>>;
  /** Absent when the driver has no synchronous form. */
  openSync?(url: string): DbResult<SyncDatabase>;
}

/** The drivers of a server, and the databases it has open through them. */
export interface Databases {
  /** Makes a driver's schemes known; the last registration of a scheme holds. */
  register(driver: Driver): void;
  driver(scheme: string): Driver | undefined;
  /** Each call is a connection of its own; error `url` when no driver answers the scheme. */
  open(url: string): Promise<DbResult<Database>>;
  openSync(url: string): DbResult<SyncDatabase>;
  /** Closes what `open` gave out and is still open. */
  closeAll(): Promise<void>;
}
