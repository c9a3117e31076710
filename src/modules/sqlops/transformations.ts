import { entriesOf, type TransformationDef } from '../../registry/module.js';
import { Dual, toText, type Value } from '../../script/value.js';
import type { Sqlops } from './state.js';

const { transformation } = entriesOf<Sqlops>();

/** Characters with a backslash before them in MySQL's strings. */
const SPECIAL = /['"\\\0]/g;

function quote(text: string): string {
  return `'${text.replace(SPECIAL, (c) => (c === '\0' ? '\\0' : `\\${c}`))}'`;
}

const isInteger = (v: Value): boolean =>
  typeof v === 'number' || typeof v === 'bigint' || (v instanceof Dual && v.primary === 'int');

/** A value as SQL has it; `none` stands for null. */
function sqlValue(doc: string, none: string): TransformationDef<Sqlops> {
  return transformation({
    doc:
      `The value in SQL: integers as they are, text in quotes with \`'\`, \`"\` and \`\\\` escaped as MySQL has it, null as ${doc}. ` +
      "SQLite does not know such escapes, and a quote in the value ends its text there: use `cast(x'$(rU{s.encode.hexa})' as text)`.",
    params: [0, 0],
    acceptsNull: true,
    bind: (state) => {
      const longest = Math.floor(state.params.tr_buf_size / 2) - 1;
      return (_ctx, input) => {
        if (input === null) return none;
        if (input === undefined) return undefined;
        if (isInteger(input)) return `${input instanceof Dual ? input.int : input}`;
        const text = toText(input);
        if (text.length <= longest) return quote(text);
        state.error('escape buffer to short');
        return undefined;
      };
    },
  });
}

export const transformations = {
  sql: {
    val: sqlValue('`NULL`', 'NULL'),
    'val.int': sqlValue('`0`', '0'),
    'val.str': sqlValue("`''`", "''"),
  },
};
