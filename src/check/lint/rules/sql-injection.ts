import { defineRule } from '../rule.js';
import { Taint } from '../taint.js';
import { valuePvs } from '../walk.js';

/** Functions that send a statement to a database, with the position of the statement. */
const QUERIES: Readonly<Record<string, number>> = {
  sql_query: 1,
  sql_query_async: 1,
  sql_pvquery: 1,
  sql_xquery: 1,
  avp_db_query: 0,
  db_query: 1,
};

export const sqlInjection = defineRule({
  code: 'KTS2057',
  name: 'sql-injection',
  group: 'security',
  on: true,
  cause: 'A statement for the database is built from what a message says, without escapes.',
  effect: 'a quote in a user name or header ends the text and begins a statement of the sender.',
  fix: "Escape each: $(fU{sql.val}) brings its own quotes (MySQL and PostgreSQL), '$(fU{s.escape.common})' does not. SQLite doubles quotes and knows neither: use $(fU{s.encode.hexa}) or numbers there.",
  bad: `loadmodule "sqlops.so"
modparam("sqlops", "sqlcon", "db=>mysql://localhost/k")
request_route {
  sql_query("db", "select pass from users where name='$fU'", "r");
}`,
  good: `loadmodule "sqlops.so"
modparam("sqlops", "sqlcon", "db=>mysql://localhost/k")
request_route {
  sql_query("db", "select pass from users where name='$(fU{s.escape.common})'", "r");
}`,
  *check(subject) {
    const taint = new Taint(subject.graph);
    for (const { call, name } of subject.graph.calls(...Object.keys(QUERIES))) {
      const arg = call.args[QUERIES[name]!];
      if (!arg || arg.kind === 'word') continue;
      const bad = valuePvs(arg).find((pv) => taint.holdsMessageText(pv));
      if (bad) yield { span: call.span, title: `${bad.text} goes into the statement as the sender wrote it` };
    }
  },
});
