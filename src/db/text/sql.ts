import type { Assignment, Condition, DbOperator, DbResult, DbValue, OrderBy } from '../database.js';
import { dbError, dbOk } from '../result.js';
import type { Filter, Statement } from './statement.js';

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  readonly value: string;
  /** Where it begins, counted from 1. */
  readonly at: number;
}

class SqlError extends Error {}

const TOKEN =
  /\s*(?:"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|([-+]?(?:\d+\.?\d*|\.\d+)(?![\w.]))|(<=|>=|<>|!=|[=<>,?])|([^\s"'=<>!,?]+))/y;

/** Comparisons by their signs. */
const OPERATORS: Readonly<Record<string, DbOperator>> = {
  '=': '=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '<>': '!=',
  '!=': '!=',
};

function tokens(sql: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(sql);
    if (match === null) {
      const rest = sql.slice(at);
      const start = at + rest.length - rest.trimStart().length + 1;
      if (rest.trim() !== '') throw new SqlError(`cannot be read at character ${start}`);
      found.push({ kind: 'end', value: 'the end', at: start });
      return found;
    }
    const [whole, double, single, number, sign, word] = match;
    const start = at + whole.length - whole.trimStart().length + 1;
    const text = double ?? single;
    if (text !== undefined) found.push({ kind: 'text', value: unescaped(text), at: start });
    else if (number !== undefined) found.push({ kind: 'number', value: number, at: start });
    else if (sign !== undefined) found.push({ kind: 'sign', value: sign, at: start });
    else found.push({ kind: 'word', value: word!, at: start });
  }
}

/** What `{sql.val}` and `{s.escape.common}` write behind backslashes. */
function unescaped(text: string): string {
  return text.replace(/\\([\\'"0])/g, (_, c: string) => (c === '0' ? '\0' : c));
}

/** Reads one statement. */
class Reader {
  #next = 0;
  #param = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly params: readonly DbValue[],
  ) {}

  get #token(): Token {
    return this.tokens[this.#next]!;
  }

  #unexpected(wanted: string): never {
    throw new SqlError(`expected ${wanted} at character ${this.#token.at}, not ${this.#token.value}`);
  }

  /** Takes a word (or a sign), if it is the next. */
  took(word: string): boolean {
    const token = this.#token;
    const taken = (token.kind === 'word' || token.kind === 'sign') && token.value.toLowerCase() === word;
    if (taken) this.#next++;
    return taken;
  }

  need(word: string): void {
    if (!this.took(word)) this.#unexpected(word.toUpperCase());
  }

  end(): void {
    if (this.#token.kind !== 'end') this.#unexpected('the end');
  }

  /** The name of a table or column; columns may be in quotes where a value cannot stand. */
  name(what: string, quoted = false): string {
    const token = this.#token;
    if (token.kind !== 'word' && !(quoted && token.kind === 'text')) this.#unexpected(what);
    this.#next++;
    return token.value;
  }

  value(): DbValue {
    const token = this.#token;
    this.#next++;
    if (token.kind === 'text') return token.value;
    if (token.kind === 'number') return Number(token.value);
    if (token.kind === 'word' && token.value.toLowerCase() === 'null') return null;
    if (token.value === '?' && this.#param < this.params.length) return this.params[this.#param++]!;
    this.#next--;
    return this.#unexpected('a number or a text in quotes');
  }

  condition(): Condition {
    const column = this.name('a column');
    if (this.took('is')) {
      const op = this.took('not') ? '!=' : '=';
      this.need('null');
      return { column, op, value: null };
    }
    const op = this.#token.kind === 'sign' ? OPERATORS[this.#token.value] : undefined;
    if (op === undefined) return this.#unexpected('a comparison');
    this.#next++;
    return { column, op, value: this.value() };
  }

  where(): Filter {
    const groups: Condition[][] = [[this.condition()]];
    for (;;) {
      if (this.took('and')) groups.at(-1)!.push(this.condition());
      else if (this.took('or')) groups.push([this.condition()]);
      else return groups;
    }
  }

  optionalWhere(): Filter {
    return this.took('where') ? this.where() : [];
  }

  list<T>(one: () => T): T[] {
    const items = [one()];
    while (this.took(',')) items.push(one());
    return items;
  }

  assignment(): Assignment {
    const column = this.name('a column');
    this.need('=');
    return { column, value: this.value() };
  }

  order(): OrderBy {
    const column = this.name('a column', true);
    if (this.took('desc')) return { column, descending: true };
    this.took('asc');
    return { column };
  }

  orders(): OrderBy[] {
    this.need('by');
    return this.list(() => this.order());
  }

  /** The statements that upstream's db_text reads: there is no INSERT among them. */
  statement(): Statement {
    if (this.took('select')) return this.#select();
    if (this.took('delete')) {
      this.need('from');
      return { op: 'delete', table: this.name('a table'), filter: this.optionalWhere() };
    }
    const replaces = this.took('replace');
    if (!replaces && !this.took('update')) this.#unexpected('SELECT, UPDATE, REPLACE or DELETE');
    const table = this.name('a table');
    this.need('set');
    const values = this.list(() => this.assignment());
    // A statement that forgot which rows it means changes none.
    this.need('where');
    const filter = this.where();
    if (!replaces) return { op: 'update', table, values, filter };
    const key = filter.flat();
    if (filter.length > 1 || key.some((condition) => condition.op !== '=')) {
      throw new SqlError('the condition of REPLACE has to be: column = value AND …');
    }
    const keys = key.map(({ column, value }) => ({ column, value }));
    return { op: 'replace', table, values: [...keys, ...values], key: key.map((condition) => condition.column) };
  }

  #select(): Statement {
    const columns = this.list(() => this.name('a column'));
    this.need('from');
    const table = this.name('a table');
    const filter = this.optionalWhere();
    const order = this.took('order') ? this.orders() : [];
    const all = columns.length === 1 && columns[0] === '*';
    return { op: 'select', table, ...(all ? {} : { columns }), filter, order };
  }
}

/** Reads the SQL of text databases: `select`, `update`, `replace … set … where …` and `delete`, with simple conditions. */
export function parseSql(sql: string, params: readonly DbValue[] = []): DbResult<Statement> {
  try {
    const reader = new Reader(tokens(sql), params);
    const statement = reader.statement();
    reader.end();
    return dbOk(statement);
  } catch (error) {
    if (error instanceof SqlError) return dbError('syntax', `SQL ${error.message}`);
    throw error;
  }
}
