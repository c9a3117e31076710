import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvDef } from '../../registry/module.js';
import { curlText } from './client/curl-code.js';
import type { HttpClientState } from './state.js';

const { pv } = entriesOf<HttpClientState>();

export const variables: Readonly<Record<string, PvDef<HttpClientState>>> = {
  curlerror: pv({
    doc: 'What a return code of the request functions means: `$curlerror(28)`.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (_state, inner) => {
      const written = inner?.text ?? '';
      if (!/^\s*[+-]?\d/.test(written)) throw new ArgumentError(`expected a number instead of [${written}]`);
      const shown = curlText(Number.parseInt(written, 10));
      return { read: () => shown };
    },
  }),
  httprhdr: pv({
    doc: 'A header of the last answer, by its name in any case: `$httprhdr(Content-Type)`. Needs `response_headers`.',
    inner: 'required',
    index: false,
    writable: false,
    since: '6.x',
    bind: (state, inner) => {
      const name = (inner?.text ?? '').toLowerCase();
      return { read: (ctx) => state.header(ctx, name) };
    },
  }),
};
