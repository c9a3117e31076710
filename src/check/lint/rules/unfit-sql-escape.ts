import { MESSAGE_TEXT } from '../facts.js';
import { defineRule } from '../rule.js';
import { valuePvs } from '../walk.js';

export const unfitSqlEscape = defineRule({
  code: 'KTS2059',
  name: 'unfit-sql-escape',
  group: 'security',
  on: true,
  cause:
    'Text of a message goes to SQLite with MySQL’s escapes: {sql.val} or {s.escape.common} put a backslash before a quote.',
  effect: 'SQLite knows no backslashes: the quote ends the text, and the sender’s text goes on as a statement.',
  fix: "Write cast(x'$(fU{s.encode.hexa})' as text), or use numbers.",
  bad: `loadmodule "db_sqlite.so"
loadmodule "sqlops.so"
modparam("sqlops", "sqlcon", "db=>sqlite:///tmp/a.sqlite")
request_route {
  sql_query("db", "select x from users where name=$(fU{sql.val})", "r");
}`,
  good: `loadmodule "db_sqlite.so"
loadmodule "sqlops.so"
modparam("sqlops", "sqlcon", "db=>sqlite:///tmp/a.sqlite")
request_route {
  sql_query("db", "select x from users where name=cast(x'$(fU{s.encode.hexa})' as text)", "r");
}`,
  *check(subject) {
    const connections = subject.params('sqlops', 'sqlcon').map(({ value }) => `${value.value}`.split('=>'));
    const onSqlite = new Set(
      connections.filter(([, url]) => /^\s*(?:db_)?sqlite:/.test(url ?? '')).map(([name]) => name!.trim()),
    );
    for (const { call } of subject.graph.calls('sql_query', 'sql_query_async', 'sql_pvquery', 'sql_xquery')) {
      const [connection, statement] = call.args;
      if (connection?.kind !== 'string' || !statement || statement.kind === 'word') continue;
      if (!onSqlite.has(connection.value)) continue;
      const bad = valuePvs(statement).find(
        (pv) =>
          MESSAGE_TEXT.has(pv.name) &&
          /^(?:sql\.val(?:\.str)?|s\.escape\.common)$/i.test(
            pv.transformations.map((t) => `${t.cls}.${t.op}`).at(-1) ?? '',
          ),
      );
      if (bad) yield { span: call.span, title: `SQLite does not know the escapes of ${bad.text}` };
    }
  },
});
