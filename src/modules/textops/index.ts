import { defineModule } from '../../registry/module.js';
import { BODY } from './body.js';
import { HEADERS } from './header-functions.js';
import { MULTIPART } from './multipart-functions.js';
import { SEARCH } from './search.js';
import { Textops } from './state.js';
import { STRINGS } from './strings.js';
import { SUBSTITUTIONS } from './substitute.js';
import { TRANSFORMATIONS } from './transformations.js';

export default defineModule({
  name: 'textops',
  doc: 'Searches and edits of headers and bodies. Reads see edits only after `msg_apply_changes()`.',
  functions: { ...SEARCH, ...SUBSTITUTIONS, ...HEADERS, ...BODY, ...MULTIPART, ...STRINGS },
  transformations: TRANSFORMATIONS,
  configure: (host) => new Textops(host),
});
