import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MODULES } from '../../../src/modules/index.js';
import { type RouteName, routeMask } from '../../../src/script/route-kind.js';

interface CatalogModule {
  readonly functions?: readonly {
    readonly name: string;
    readonly arity: number;
    readonly routes: readonly RouteName[];
    readonly internal?: boolean;
  }[];
  readonly params?: readonly { readonly name: string; readonly type: string; readonly default?: unknown }[];
  readonly pvs?: readonly { readonly name: string }[];
  readonly rpc?: readonly string[];
  readonly stats?: readonly string[];
  readonly transformations?: Readonly<Record<string, readonly string[]>>;
}

const file =
  process.env.KTS_CATALOG ?? fileURLToPath(new URL('../../../../shared/reference/catalog.json', import.meta.url));

function catalog(): Readonly<Record<string, CatalogModule>> | null {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { modules: Record<string, CatalogModule> }).modules;
  } catch {
    return null;
  }
}

const upstream = catalog();
const names = Object.keys(MODULES).filter((n) => upstream?.[n] !== undefined);

/** What is here beyond upstream's surface, by module. */
const ADDITIONS: Readonly<Record<string, readonly string[]>> = {
  async: ['continuation', 'max_tasks'],
  htable: ['bind_htable'],
  mqueue: [
    'mq_ack',
    'mq_peek',
    'mq_requeue',
    'db_sync',
    'peek_timeout',
    'mqueue.add',
    'mqueue.flush',
    'mqueue.list',
    'mqueue.peek',
    'mqueue.stats',
  ],
  pike: ['max_nodes'],
  rtimer: ['threads'],
  sworker: ['affinity'],
  tmx: ['bind_tmx'],
};

/** Defaults that are others than the catalog read off the sources, where they are set by other code or differ on purpose. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'acc.multi_leg_info': 'NULL',
  'counters.script_counter': 'NULL',
  'http_client.connection_timeout': '0',
  'http_client.httpredirect': '0',
  'jsonrpcs.dgram_mode': '432',
  'jsonrpcs.dgram_socket': 'kamailio_rpc.sock',
  'jsonrpcs.fifo_mode': '432',
  'jsonrpcs.fifo_name': 'kamailio_rpc.fifo',
  'mqueue.mqueue': 'NULL',
  'pike.pike_log_level': '0',
  // As `cfg.get registrar default_q` answers.
  'registrar.default_q': '-1',
  'usrloc.ka_logmsg': ' to-uri: [$tu] remote-addr: [$sas]',
};

/** Routes that a function runs in besides those of upstream. */
const ROUTES: Readonly<Record<string, readonly RouteName[]>> = {
  // event_route[tm:branch-failure:…] is about a status.
  'tm.t_check_status': ['REQUEST', 'FAILURE', 'ONREPLY', 'EVENT'],
};

/** Without what is an addition. */
const known = (module: string, names: readonly string[]): string[] =>
  names.filter((n) => !(ADDITIONS[module] ?? []).includes(n)).sort();

describe.skipIf(upstream === null).each(names)('surface of module %s against the catalog of upstream', (name) => {
  const theirs = upstream?.[name] as CatalogModule;

  it('has every function with its arities and routes', async () => {
    const { functions } = await MODULES[name]!();
    const ours = known(name, Object.keys(functions)).flatMap((fn) =>
      functions[fn]!.flatMap((d) =>
        d.args
          .map((a, i) => (a.optional ? [i] : []))
          .concat([[d.args.length]])
          .flat()
          .map((arity) => `${fn}/${arity} ${routeMask(d.routes)}`),
      ),
    );
    const wanted = (theirs.functions ?? []).filter((f) => !f.internal);
    const routesOf = (f: { name: string; routes: readonly RouteName[] }) => ROUTES[`${name}.${f.name}`] ?? f.routes;
    expect(ours.sort()).toEqual(wanted.map((f) => `${f.name}/${f.arity} ${routeMask(routesOf(f))}`).sort());
  });

  it('has every parameter with its default', async () => {
    const { params } = await MODULES[name]!();
    const ours = known(name, Object.keys(params)).map((param) => {
      const d = params[param]!;
      return `${param}=${d.type === 'list' ? 'NULL' : (d.default ?? 'NULL')}`;
    });
    const wanted = (theirs.params ?? []).map((p) => {
      const value = DEFAULTS[`${name}.${p.name}`] ?? p.default ?? 'NULL';
      return `${p.name}=${value}`;
    });
    expect(ours.sort()).toEqual(wanted.sort());
  });

  it('has every variable, transformation, RPC command and statistic', async () => {
    const module = await MODULES[name]!();
    expect(Object.keys(module.pvs).sort()).toEqual((theirs.pvs ?? []).map((p) => p.name).sort());
    expect(known(name, Object.keys(module.rpc))).toEqual([...(theirs.rpc ?? [])].sort());
    const ours = Object.entries(module.transformations).flatMap(([k, ops]) =>
      Object.keys(ops).map((op) => `${k}.${op}`),
    );
    const wanted = Object.entries(theirs.transformations ?? {}).flatMap(([k, ops]) => ops.map((op) => `${k}.${op}`));
    expect(ours.sort()).toEqual(wanted.sort());
    const statistics = Object.keys(module.statistics).flatMap((s) => [s, s.slice(s.indexOf(':') + 1)]);
    for (const s of theirs.stats ?? []) expect(statistics).toContain(s);
  });

  it('says what each function does and shows a call', async () => {
    const { functions } = await MODULES[name]!();
    for (const [fn, defs] of Object.entries(functions)) {
      for (const d of defs) expect(`${d.doc}|${d.example ?? ''}`, fn).toMatch(/^.+\|.+$/s);
    }
  });
});
