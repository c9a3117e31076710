import type { CoreSettings } from '../registry/core-settings.js';
import { type Attributes, XavpList } from '../script/attributes.js';
import type { ScriptContext } from '../script/context.js';
import type { ViaOptions } from '../sip/build.js';
import { MsgFlag } from '../sip/message.js';

/** What the script may ask for in the own Via (module corex); without these bits of `msgFlags` there is nothing to do. */
export const OWN_VIA_FLAGS = MsgFlag.VIA_SERVER_ID | MsgFlag.VIA_XAVP_PARAMS | MsgFlag.VIA_XAVP_FIELDS;

/** How the own Via of a request differs: parameters, and host, port and transport from an xavp. */
export function ownViaChanges(
  { msg, attrs }: ScriptContext,
  settings: CoreSettings,
  compat: '5.6' | '6.x',
): Partial<ViaOptions> {
  const { msgFlags } = msg;
  let params = (msgFlags & MsgFlag.VIA_SERVER_ID) === 0 ? '' : `;srvid=${settings.server_id}`;
  if (msgFlags & MsgFlag.VIA_XAVP_PARAMS) params += xavpParams(attrs, settings.xavp_via_params);
  // 5.6 has the function and the parameter, but was seen to do nothing with them.
  if (compat === '5.6' || (msgFlags & MsgFlag.VIA_XAVP_FIELDS) === 0) return { params };
  const fields = xavp(attrs, settings.xavp_via_fields);
  const text = (name: string): string => {
    const value = fields?.get(name);
    return typeof value === 'string' ? value : '';
  };
  const [host, port, transport] = [text('address'), Number(text('port')), text('proto').toUpperCase()];
  return {
    params,
    ...(host === '' ? null : { host }),
    ...(port > 0 && port < 0x10000 ? { port } : null),
    ...(TRANSPORTS.has(transport) ? { transport } : null),
  };
}

/** Parameters for the topmost Via of replies (`xavp_via_reply_params`). */
export function replyViaParams(attrs: Attributes, settings: CoreSettings): string {
  return xavpParams(attrs, settings.xavp_via_reply_params);
}

const TRANSPORTS = new Set(['UDP', 'TCP', 'TLS', 'SCTP', 'WS', 'WSS']);

function xavp(attrs: Attributes, name: string | null): XavpList | null {
  const fields = name === null ? undefined : attrs.xavps.get(name);
  return fields instanceof XavpList ? fields : null;
}

/** The fields of an xavp as parameters, each with its leading `;`. */
function xavpParams(attrs: Attributes, name: string | null): string {
  let params = '';
  for (const { name: field, value } of xavp(attrs, name)?.items() ?? []) {
    if (!(value instanceof XavpList)) params += value === '' ? `;${field}` : `;${field}=${value}`;
  }
  return params;
}
