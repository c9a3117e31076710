import { defineModule } from '../../registry/module.js';
import { CHARGING_VECTOR, CHARGING_VECTOR_PV } from './charging-vector.js';
import { CHECKS } from './checks.js';
import { CONTACT } from './contact-functions.js';
import { REPLIES } from './replies.js';
import { Siputils } from './state.js';
import { URI } from './uri-functions.js';

export { authorize } from './authorized.js';

export default defineModule({
  name: 'siputils',
  doc: 'Checks of messages, URIs and numbers, coded contacts, and answers to OPTIONS.',
  depends: ['sl'],
  params: {
    options_accept: { type: 'string', default: '*/*', doc: 'Accept of `options_reply`.' },
    options_accept_encoding: { type: 'string', default: '', doc: 'Accept-Encoding of `options_reply`.' },
    options_accept_language: { type: 'string', default: 'en', doc: 'Accept-Language of `options_reply`.' },
    options_support: { type: 'string', default: '', doc: 'Supported of `options_reply`.' },
    contact_flds_separator: {
      type: 'string',
      default: '*',
      doc: 'Character between the parts of encoded contacts.',
      check: (value) => (value === '' ? 'must be a character' : null),
    },
    rpid_prefix: { type: 'string', default: '', doc: 'Put in front of the Remote-Party-ID.' },
    rpid_suffix: {
      type: 'string',
      default: ';party=calling;id-type=subscriber;screen=yes',
      doc: 'Put behind the Remote-Party-ID.',
    },
    rpid_avp: { type: 'string', default: '$avp(s:rpid)', doc: 'The AVP that holds the Remote-Party-ID.' },
    e164_max_len: { type: 'int', default: 16, doc: 'Longest E.164 number, its `+` included.' },
  },
  functions: { ...CHECKS, ...URI, ...CONTACT, ...CHARGING_VECTOR, ...REPLIES },
  pvs: { pcv: CHARGING_VECTOR_PV },
  configure: (host, params) =>
    new Siputils(host, {
      optionsAccept: params.options_accept,
      optionsAcceptEncoding: params.options_accept_encoding,
      optionsAcceptLanguage: params.options_accept_language,
      optionsSupport: params.options_support,
      separator: params.contact_flds_separator[0] ?? '*',
      rpidPrefix: params.rpid_prefix,
      rpidSuffix: params.rpid_suffix,
      rpidAvp: params.rpid_avp,
      e164MaxLength: params.e164_max_len,
    }),
});
