import { text, writablePv } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import { fromHex } from './body.js';
import { appendPart, bodyPart, makeMultipart, removePart } from './multipart.js';
import type { Textops } from './state.js';

const { fn } = entriesOf<Textops>();

const REQUEST_SIDE = ['REQUEST', 'FAILURE', 'BRANCH'] as const;
const ALSO_REPLIES = ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'] as const;
const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

const content = text('content');
const type = text('type');
const boundary = text('boundary');
const disposition = text('disposition');

const multipart = (example: string) =>
  ({
    routes: REQUEST_SIDE,
    doc: `Makes the body a multipart one, of the present body or a new one. ${NOT_VISIBLE}`,
    example,
    returns: { '1': 'done, or it was multipart before', '-1': 'no body to be had' },
  }) as const;

function appends(name: string, hex: boolean): FunctionDef<Textops>[] {
  const info = (more: string, literalOnly: boolean) =>
    ({
      routes: REQUEST_SIDE,
      doc: `Adds a part${hex ? ', given in hexadecimal,' : ''} to a multipart body. ${NOT_VISIBLE}`,
      example: `${name}("68 69", "text/plain"${more});`,
      literalOnly,
      returns: { '1': 'added', '-1': 'empty, or no multipart body' },
    }) as const;
  const run = (state: Textops, msg: Parameters<typeof appendPart>[1], body: string, mime: string, more: string) => {
    if (!hex || body === '') return appendPart(state, msg, body, mime, more);
    const bytes = fromHex(body);
    return bytes === null ? state.error(`invalid input hex data [${body}]`) : appendPart(state, msg, bytes, mime, more);
  };
  return [
    fn([content, type], info('', false), (state) => (ctx, body, mime) => run(state, ctx.msg, body, mime, '')),
    fn([content, type, disposition], info(', "inline"', true), (state) => (ctx, body, mime, more) => {
      return run(state, ctx.msg, body, mime, more);
    }),
  ];
}

function gets(name: string, raw: boolean, doc: string): FunctionDef<Textops> {
  return fn(
    [type, writablePv('result')],
    {
      routes: ALSO_REPLIES,
      doc,
      example: `${name}("application/sdp", "$var(x)");`,
      literalOnly: true,
      returns: { '1': 'assigned', '-1': 'no body, or no such part' },
    },
    (state) => (ctx, mime, result) => {
      const part = bodyPart(state, ctx.msg, mime, raw);
      if (part === null) return -1;
      result.write(ctx, part);
      return 1;
    },
  );
}

export const MULTIPART: Readonly<Record<string, FunctionDef<Textops> | readonly FunctionDef<Textops>[]>> = {
  set_body_multipart: [
    fn([], multipart('set_body_multipart();'), (state) => (ctx) => makeMultipart(state, ctx.msg, '', '', '')),
    fn([boundary], multipart('set_body_multipart("b1");'), (state) => (ctx, delimiter) => {
      return makeMultipart(state, ctx.msg, '', '', delimiter);
    }),
    fn([content, type], multipart('set_body_multipart("hi", "text/plain");'), (state) => (ctx, body, mime) => {
      return makeMultipart(state, ctx.msg, body, mime, '');
    }),
    fn(
      [content, type, boundary],
      { ...multipart('set_body_multipart("hi", "text/plain", "b1");'), literalOnly: true },
      (state) => (ctx, body, mime, delimiter) => makeMultipart(state, ctx.msg, body, mime, delimiter),
    ),
  ],
  append_body_part: appends('append_body_part', false),
  append_body_part_hex: appends('append_body_part_hex', true),
  remove_body_part: fn(
    [type],
    {
      routes: REQUEST_SIDE,
      doc: `Removes the first part of a type from a multipart body. ${NOT_VISIBLE}`,
      example: 'remove_body_part("application/sdp");',
      returns: { '1': 'removed', '-1': 'no multipart body, or no such part' },
    },
    (state) => (ctx, mime) => removePart(state, ctx.msg, mime),
  ),
  get_body_part: gets('get_body_part', false, 'Assigns the content of the first part of a type to a variable.'),
  get_body_part_raw: gets(
    'get_body_part_raw',
    true,
    'Assigns the first part of a type, from its Content-Type to the boundary behind it, to a variable.',
  ),
};
