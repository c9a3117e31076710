import type { RpcStruct, RpcValue } from './value.js';

/** One-letter escapes; other control bytes become `\u00XX`, and everything else stays as it is. */
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A JSON string of latin1-held bytes. */
export function quoteJson(text: string): string {
  const escaped = text.replace(
    /["\\\x00-\x1f]/g,
    (c) => ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

/** Numbers as the JSON library of upstream's jsonrpcs prints them. */
function numberJson(value: number): string {
  if (!Number.isFinite(value)) return '0';
  if (Number.isInteger(value)) return Math.abs(value) < 1e60 ? BigInt(value).toString() : exponent(value);
  const size = Math.abs(value);
  return size < 1e-6 || size > 1e9 ? exponent(value) : value.toFixed(6);
}

/** C's `%e`: six digits, and at least two in the exponent. */
function exponent(value: number): string {
  return value.toExponential(6).replace(/e([+-])(\d)$/, 'e$10$2');
}

/**
 * A value as JSON text. `pretty` is upstream's layout: a tab per level before each field and after its colon, array items on
 * one line.
 */
export function writeJson(value: RpcValue, pretty: boolean, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return quoteJson(value);
    case 'number':
      return numberJson(value);
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (value === null) return 'null';
  switch (value.kind) {
    case 'double':
      return numberJson(value.value);
    case 'array':
      return arrayJson(value.items, pretty, depth);
    case 'struct':
      return value.listing ? arrayJson(singles(value), pretty, depth) : structJson(value, pretty, depth);
  }
}

function singles(value: RpcStruct): RpcStruct[] {
  return value.fields.map((field) => ({ kind: 'struct', fields: [field] }));
}

function arrayJson(items: readonly RpcValue[], pretty: boolean, depth: number): string {
  return `[${items.map((item) => writeJson(item, pretty, depth + 1)).join(pretty ? ', ' : ',')}]`;
}

function structJson(value: RpcStruct, pretty: boolean, depth: number): string {
  if (!pretty) return `{${value.fields.map(([name, v]) => `${quoteJson(name)}:${writeJson(v, false)}`).join(',')}}`;
  const tabs = '\t'.repeat(depth + 1);
  const fields = value.fields.map(([name, v]) => `${tabs}${quoteJson(name)}:\t${writeJson(v, true, depth + 1)}`);
  return `{\n${fields.join(',\n')}${fields.length > 0 ? '\n' : ''}${'\t'.repeat(depth)}}`;
}
