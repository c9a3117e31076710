import type { ModuleDef } from '../registry/module.js';

/** A module whose state type is known only to itself. */
type Loader = () => Promise<ModuleDef>;

/** Hides a module's state type: who loads modules by name hands a state only back to the module it came from. */
async function load<S>(file: Promise<{ readonly default: ModuleDef<S> }>): Promise<ModuleDef> {
  return (await file).default as unknown as ModuleDef;
}

/** The modules that a config can load, by name. */
export const MODULES: Readonly<Record<string, Loader>> = {
  acc: () => load(import('./acc/index.js')),
  async: () => load(import('./async/index.js')),
  avpops: () => load(import('./avpops/index.js')),
  cfg_rpc: () => load(import('./cfg_rpc/index.js')),
  cfgutils: () => load(import('./cfgutils/index.js')),
  corex: () => load(import('./corex/index.js')),
  counters: () => load(import('./counters/index.js')),
  ctl: () => load(import('./ctl/index.js')),
  db_sqlite: () => load(import('./db_sqlite/index.js')),
  db_text: () => load(import('./db_text/index.js')),
  exec: () => load(import('./exec/index.js')),
  htable: () => load(import('./htable/index.js')),
  http_client: () => load(import('./http_client/index.js')),
  jsonrpcs: () => load(import('./jsonrpcs/index.js')),
  kex: () => load(import('./kex/index.js')),
  maxfwd: () => load(import('./maxfwd/index.js')),
  mqueue: () => load(import('./mqueue/index.js')),
  pike: () => load(import('./pike/index.js')),
  pv: () => load(import('./pv/index.js')),
  registrar: () => load(import('./registrar/index.js')),
  rest_client: () => load(import('./rest_client/index.js')),
  rr: () => load(import('./rr/index.js')),
  rtimer: () => load(import('./rtimer/index.js')),
  sanity: () => load(import('./sanity/index.js')),
  siputils: () => load(import('./siputils/index.js')),
  sl: () => load(import('./sl/index.js')),
  sqlops: () => load(import('./sqlops/index.js')),
  statistics: () => load(import('./statistics/index.js')),
  sworker: () => load(import('./sworker/index.js')),
  textops: () => load(import('./textops/index.js')),
  textopsx: () => load(import('./textopsx/index.js')),
  timer: () => load(import('./timer/index.js')),
  tm: () => load(import('./tm/index.js')),
  tmx: () => load(import('./tmx/index.js')),
  usrloc: () => load(import('./usrloc/index.js')),
  xlog: () => load(import('./xlog/index.js')),
};
