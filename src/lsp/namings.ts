import type { RouteTable } from '../registry/arguments.js';

/** What is named by a person in a config, and can be looked up, found and renamed. */
export type NameKind = 'route' | 'define' | 'htable' | 'queue' | 'timer' | 'flag' | 'var' | 'avp' | 'shv' | 'xavp';

/** Pseudo-variables whose part in parentheses is a name of the config. */
export const NAMED_BY_PV: Readonly<Record<string, NameKind>> = {
  var: 'var',
  vz: 'var',
  avp: 'avp',
  shv: 'shv',
  xavp: 'xavp',
  sht: 'htable',
  shtex: 'htable',
  shtcn: 'htable',
  shtcv: 'htable',
  shtinc: 'htable',
  shtdec: 'htable',
  shtrecord: 'htable',
  mqk: 'queue',
  mqv: 'queue',
  mq_size: 'queue',
  def: 'define',
  defn: 'define',
  defs: 'define',
  defv: 'define',
};

/** Arguments of functions that are names, by function: which argument, and of what. Routes are in the manifests. */
export const NAMED_BY_ARGUMENT: Readonly<Record<string, { readonly arg: number; readonly kind: NameKind }>> = {
  ...each('mq_add mq_fetch mq_pv_free mq_size mq_peek mq_ack mq_requeue', 0, 'queue'),
  ...each('sht_reset sht_rm sht_rm_name sht_rm_value sht_rm_name_re sht_rm_value_re sht_match_name', 0, 'htable'),
  ...each('sht_match_str_value sht_has_name sht_has_str_value sht_lock sht_unlock sht_print', 0, 'htable'),
  ...each('sht_iterator_start', 1, 'htable'),
  ...each('setflag resetflag isflagset', 0, 'flag'),
};

/** Arguments that are names of routes although the function takes any text: which argument. */
export const ROUTE_BY_ARGUMENT: Readonly<Record<string, number>> = {
  async_route: 0,
  async_ms_route: 0,
  async_task_route: 0,
  async_task_group_route: 0,
  http_async_query: 1,
  t_continue: 2,
};

/** Names inside the values of module parameters: each pattern's first group is one. */
export const NAMED_BY_PARAM: readonly {
  readonly module: string;
  readonly param: string;
  readonly pattern: RegExp;
  readonly kind: NameKind;
  readonly table?: RouteTable;
  readonly defines: boolean;
}[] = [
  { module: 'htable', param: 'htable', pattern: /^\s*([\w-]+)\s*=>/d, kind: 'htable', defines: true },
  { module: 'mqueue', param: 'mqueue', pattern: /(?:^|;)\s*name\s*=\s*([^;\s]+)/d, kind: 'queue', defines: true },
  { module: 'rtimer', param: 'timer', pattern: /(?:^|;)\s*name\s*=\s*([^;\s]+)/d, kind: 'timer', defines: true },
  { module: 'rtimer', param: 'exec', pattern: /(?:^|;)\s*timer\s*=\s*([^;\s]+)/d, kind: 'timer', defines: false },
  {
    module: 'rtimer',
    param: 'exec',
    pattern: /(?:^|;)\s*route\s*=\s*([^;\s]+)/d,
    kind: 'route',
    table: 'main',
    defines: false,
  },
  {
    module: 'timer',
    param: 'declare_timer',
    pattern: /^[^=]+=\s*([^,\s]+)/d,
    kind: 'route',
    table: 'main',
    defines: false,
  },
];

function each(names: string, arg: number, kind: NameKind): Record<string, { arg: number; kind: NameKind }> {
  return Object.fromEntries(names.split(' ').map((name) => [name, { arg, kind }]));
}
