import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFramer } from '../../../src/rpc/json-framer.js';
import { readJson } from '../../../src/rpc/json-read.js';
import { quoteJson } from '../../../src/rpc/json-write.js';
import { handleJsonRpc, storedNotice } from '../../../src/rpc/jsonrpc.js';
import { tableOf } from './fixture.js';

const table = tableOf();

async function ask(text: string, pretty = false): Promise<string | undefined> {
  return (await handleJsonRpc(table, text, { pretty })).body;
}

function request(method: string, params?: string, id = '4'): string {
  return `{"jsonrpc":"2.0","method":"${method}"${params === undefined ? '' : `,"params":${params}`},"id":${id}}`;
}

describe('replies, as the real jsonrpcs 5.6.3 was seen to print them', () => {
  it.each([
    [
      request('core.version', undefined, '1'),
      '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t"kamailio 5.6.3 (x86_64/linux) ",\n\t"id":\t1\n}',
    ],
    [
      request('core.echo', '["a\\"b\\u00e9/\\\\",1,2.5,-3]', '"x"'),
      '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t["a\\"b\xc3\xa9/\\\\", "1", "2", "18446744073709551613"],\n\t"id":\t"x"\n}',
    ],
    [request('core.echo', undefined, 'null'), '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t[],\n\t"id":\t0\n}'],
    [request('core.echo', '{"a":"b"}', '3.5'), '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t["b"],\n\t"id":\t3.500000\n}'],
    [request('core.echo', '[12345678901]'), '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t["12345678901"],\n\t"id":\t4\n}'],
    [
      request('no.such'),
      '{\n\t"jsonrpc":\t"2.0",\n\t"error":\t{\n\t\t"code":\t500,\n\t\t"message":\t"Method Not Found"\n\t},\n\t"id":\t4\n}',
    ],
    ['{"jsonrpc":"2.0","id":4}', '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t{\n\t},\n\t"id":\t4\n}'],
    ['{"jsonrpc":"1.0","method":"core.uptime","id":4}', '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t{\n\t},\n\t"id":\t4\n}'],
    ['[{"jsonrpc":"2.0","method":"core.uptime","id":4}]', '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t{\n\t}\n}'],
    [
      request('core.shmmem', '["mx"]'),
      '{\n\t"jsonrpc":\t"2.0",\n\t"error":\t{\n\t\t"code":\t500,\n\t\t"message":\t"bad param, (use b|k|m|g)"\n\t},\n\t"id":\t4\n}',
    ],
    [
      request('core.sockets_list'),
      '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t[{\n\t\t\t"socket":\t{\n\t\t\t\t"proto":\t"udp",\n\t\t\t\t"address":\t"127.0.0.1",\n\t\t\t\t"port":\t"5060",\n\t\t\t\t"mcast":\t"no",\n\t\t\t\t"mhomed":\t"no",\n\t\t\t\t"virtual":\t"no"\n\t\t\t}\n\t\t}],\n\t"id":\t4\n}',
    ],
    [request('core.printi', '["5",7,2.9,true]'), '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t[0, 7, 2, 1],\n\t"id":\t4\n}'],
    [request('core.prints', '[5]'), '{\n\t"jsonrpc":\t"2.0",\n\t"result":\t[],\n\t"id":\t4\n}'],
  ])('%s', async (text, expected) => {
    expect(await ask(text, true)).toBe(expected);
  });

  it('is silent on what is no JSON', async () => {
    expect(await ask('{"jsonrpc":"2.0",', true)).toBeUndefined();
    expect(await ask('hello', true)).toBeUndefined();
    expect(await ask('', true)).toBeUndefined();
  });

  it('answers notifications too', async () => {
    expect(await ask('{"jsonrpc":"2.0","method":"core.pwd"}')).toBe('{"jsonrpc":"2.0","result":["/"]}');
  });
});

describe('replies without layout', () => {
  it('print every kind of value', async () => {
    expect(await ask(request('test.values'))).toBe(
      '{"jsonrpc":"2.0","result":[1,-1,1099511627776,"text \\"quoted\\"\\t\xe9",true,null,2.500000,{"a":1,"a":[{"b":"x"},"y"]},[],{}],"id":4}',
    );
  });

  it('keep the last value of a command that gives one', async () => {
    expect(await ask(request('test.last'))).toBe('{"jsonrpc":"2.0","result":"last","id":4}');
  });

  it('carry faults, and a 500 for a command that throws', async () => {
    const fault = await handleJsonRpc(table, request('test.fault'), { pretty: false });
    expect(fault.body).toBe('{"jsonrpc":"2.0","error":{"code":404,"message":"No such thing"},"id":4}');
    expect([fault.status, fault.reason]).toEqual([404, 'No such thing']);
    expect(await ask(request('test.throw'))).toContain('"code":500');
  });

  it('leave missing parameters to the command', async () => {
    expect(await ask(request('test.needs', '["a"]'))).toBe('{"jsonrpc":"2.0","result":{},"id":4}');
    expect(await ask(request('test.needs', '["a",3]'))).toBe('{"jsonrpc":"2.0","result":"a/3","id":4}');
    expect(await ask(request('test.needs', '{"2":"a","1":3}'))).toBe('{"jsonrpc":"2.0","result":"a/3","id":4}');
  });

  it('name where a FIFO reply goes', async () => {
    const text = '{"jsonrpc":"2.0","method":"core.pwd","reply_name":"r","store_path":"/tmp/x","id":"i"}';
    expect(await handleJsonRpc(table, text, { pretty: false })).toMatchObject({
      replyName: 'r',
      storePath: '/tmp/x',
      id: '"i"',
    });
    expect(readJson(storedNotice('"i"', true))).toMatchObject({ kind: 'struct' });
    expect(readJson(storedNotice(undefined, false))).toMatchObject({ kind: 'struct' });
  });
});

describe('the JSON reader', () => {
  it('agrees with JSON.parse on every value', () => {
    const plain = (param: unknown): unknown => {
      if (typeof param === 'bigint') return Number(param);
      if (typeof param !== 'object' || param === null) return param;
      const p = param as { kind: string; items?: unknown[]; fields?: [string, unknown][]; value?: number };
      if (p.kind === 'array') return p.items?.map(plain);
      if (p.kind === 'struct') return Object.fromEntries((p.fields ?? []).map(([k, v]) => [k, plain(v)]));
      return p.value;
    };
    const value = fc.jsonValue({ maxDepth: 4, noUnicodeString: true });
    fc.assert(
      fc.property(value, (v) => {
        const text = JSON.stringify(v);
        fc.pre(!text.includes('"__proto__"') && /^[\x20-\x7e]*$/.test(text));
        expect(plain(readJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '\\u12',
      '\\ud800',
      '1',
      '-',
      'e9',
      'tru',
      'null',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
        readJson(pieces.join(''));
      }),
    );
    expect(readJson('['.repeat(100_000))).toBeUndefined();
  });

  it('writes escapes as UTF-8 bytes', () => {
    expect(readJson('"\\u00e9\\ud83d\\ude00\\ud800x\\/\\n"')).toBe('\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbdx/\n');
  });

  it('reads back what quoting wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        expect(readJson(quoteJson(text))).toBe(text);
      }),
    );
  });
});

describe('framing', () => {
  it('finds objects however the bytes are cut', () => {
    const objects = ['{"a":"}{"}', '{"b":{"c":"\\"}"}}', '{}'];
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 8 }), (cuts) => {
        const text = objects.join(' \n');
        const framer = new JsonFramer(100);
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const found = places
          .slice(1)
          .flatMap((end, i) => framer.push(text.slice(places[i], Math.max(end, places[i] as number))));
        expect(found).toEqual(objects);
      }),
    );
  });

  it('drops what is too long and goes on', () => {
    const framer = new JsonFramer(10);
    expect(framer.push(`{"a":"${'x'.repeat(20)}`)).toEqual([]);
    expect(framer.push('{"b":1}')).toEqual(['{"b":1}']);
    expect(framer.push('{"aaaaaaaaaaaa":1}{"c":1}')).toEqual(['{"c":1}']);
  });

  it('never throws and keeps no more than its limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', 'x') }), { maxLength: 20 }),
        (chunks) => {
          const framer = new JsonFramer(16);
          for (const chunk of chunks)
            for (const text of framer.push(chunk)) expect(text.length).toBeLessThanOrEqual(16);
        },
      ),
    );
  });
});
