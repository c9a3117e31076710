import type { BoundPv } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamValues } from '../../registry/module.js';
import { XavpList } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import type { AorRules } from './aor.js';
import type { params as definitions } from './params.js';

type Values = ParamValues<typeof definitions>;

/** Parameters that cfg_rpc may change, with the least and most they take. */
const CHANGEABLE = {
  default_expires: 'Contains number of second to expire if no expire hf or contact expire present',
  default_expires_range:
    'Percent from default_expires that will be used in generating the range for the expire interval',
  expires_range: 'Percent from incoming expires that will be used in generating the range for the expire interval',
  default_q: 'default q if q not present in contact',
  min_expires: 'Minimum expires time',
  max_expires: 'Minimum expires time',
  max_contacts: 'Maximum number of contacts per AOR',
  retry_after: 'If you want to add Retry-After',
  append_branches: 'If you wish to append branches',
  use_expired_contacts: 'Use expired contacts',
} as const;

type Changeable = keyof typeof CHANGEABLE;

/** The module's parameters: those that change at run time, and those that single registrations override. */
export class Settings {
  readonly aor: AorRules;
  /** Mask of `sock_flag`; 0 when nothing names a socket. */
  readonly socketFlag: number;
  /** Parameters that may change at run time, as they are. */
  readonly current: Record<Changeable, number>;
  #receivedAvp: BoundPv | null = null;

  constructor(
    private readonly host: Host,
    readonly params: Values,
    useDomain: boolean,
  ) {
    if (params.outbound_mode < 0 || params.outbound_mode > 2) {
      throw new ConfigError(
        'outbound_mode modparam must be 0 (not supported), 1 (supported), or 2 (supported and required)',
        'outbound_mode',
      );
    }
    if (params.regid_mode < 0 || params.regid_mode > 1) {
      throw new ConfigError('regid_mode modparam must be 0 (use with outbound), 1 (use always)', 'regid_mode');
    }
    if (params.flow_timer < 0 || params.flow_timer > 999 || (params.flow_timer > 0 && params.outbound_mode === 0)) {
      throw new ConfigError('bad value for flow_timer', 'flow_timer');
    }
    this.aor = { useDomain, caseSensitive: params.case_sensitive !== 0, realmPrefix: params.realm_prefix ?? '' };
    const names = params.sock_hdr_name !== null ? params.sock_hdr_name !== '' : Boolean(params.xavp_cfg);
    this.socketFlag = params.sock_flag < 0 || !names ? 0 : 1 << params.sock_flag;
    const q = params.default_q;
    this.current = {
      default_expires: params.default_expires,
      default_expires_range: params.default_expires_range,
      expires_range: params.expires_range,
      default_q: q < 0 ? -1 : Math.min(q, 1000),
      min_expires: params.min_expires,
      max_expires: params.max_expires,
      max_contacts: params.max_contacts,
      retry_after: params.retry_after,
      append_branches: params.append_branches,
      use_expired_contacts: params.use_expired_contacts,
    };
    const names_ = Object.keys(CHANGEABLE) as Changeable[];
    host.cfg.register(
      'registrar',
      Object.fromEntries(
        names_.map((name) => [
          name,
          {
            type: 'int',
            doc: CHANGEABLE[name],
            read: () => this.current[name],
            write: (value: number | string) => {
              this.current[name] = Number(value);
              return null;
            },
          },
        ]),
      ),
    );
  }

  /** Binds the AVP of `received_avp`, once all modules are configured. */
  start(): void {
    const text = this.params.received_avp;
    if (!text) return;
    const pv = this.host.bindEnv.pv(text);
    if (pv.name !== 'avp') throw new ConfigError(`malformed or non AVP ${text} AVP definition`, 'received_avp');
    this.#receivedAvp = pv;
  }

  /** The real source of a REGISTER as the script noted it; empty when it did not. */
  receivedOf(ctx: ScriptContext): string {
    const value = this.#receivedAvp?.read(ctx);
    return typeof value === 'string' ? value : '';
  }

  /** A number of the xavp named by `xavp_cfg`; null when it is not there. */
  number(ctx: ScriptContext, field: string): number | null {
    const value = this.#field(ctx, field);
    return typeof value === 'number' ? value : null;
  }

  /** A text of the xavp named by `xavp_cfg`; empty when it is not there. */
  text(ctx: ScriptContext, field: string): string {
    const value = this.#field(ctx, field);
    return typeof value === 'string' ? value : '';
  }

  #field(ctx: ScriptContext, field: string): unknown {
    const name = this.params.xavp_cfg;
    const top = name ? ctx.attrs.xavps.get(name) : undefined;
    return top instanceof XavpList ? top.get(field) : undefined;
  }
}
