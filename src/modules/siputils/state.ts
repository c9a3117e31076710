import type { BoundPv } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import sl, { type Sl } from '../sl/index.js';

export interface SiputilsSettings {
  readonly optionsAccept: string;
  readonly optionsAcceptEncoding: string;
  readonly optionsAcceptLanguage: string;
  readonly optionsSupport: string;
  /** Separates the parts of encoded contacts; one character. */
  readonly separator: string;
  readonly rpidPrefix: string;
  readonly rpidSuffix: string;
  /** The variable that holds the Remote-Party-ID; '' for none. */
  readonly rpidAvp: string;
  /** Longest E.164 number, its `+` included. */
  readonly e164MaxLength: number;
}

/** What siputils keeps for one script thread. */
export class Siputils {
  readonly #rpid: BoundPv | null;

  constructor(
    readonly host: Host,
    readonly settings: SiputilsSettings,
  ) {
    this.#rpid = settings.rpidAvp === '' ? null : host.bindEnv.pv(settings.rpidAvp);
    if (this.#rpid !== null && this.#rpid.name !== 'avp') {
      throw new ConfigError(`malformed or non AVP ${settings.rpidAvp} AVP definition`, 'rpid_avp');
    }
  }

  get sl(): Sl {
    return this.host.state(sl);
  }

  error(text: string): -1 {
    this.host.log.error('siputils', text);
    return -1;
  }

  /** The text of the Remote-Party-ID variable; '' when it holds none, null (logged) when none is defined. */
  rpid(ctx: ScriptContext): string | null {
    if (this.#rpid === null) {
      this.error('rpid avp not defined');
      return null;
    }
    const value = this.#rpid.read(ctx);
    return typeof value === 'string' ? value : '';
  }

  /** Whether a text is a global E.164 number with its `+`. */
  isE164(number: string): boolean {
    return number.length > 2 && number.length <= this.settings.e164MaxLength && /^\+\d+$/.test(number);
  }
}
