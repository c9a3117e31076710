import { defineModule } from '../../registry/module.js';
import { ITERATORS, VARIABLES } from './iterator-functions.js';
import { MESSAGE } from './message-functions.js';
import { Textopsx } from './state.js';
import { VALUES } from './value-functions.js';

export default defineModule({
  name: 'textopsx',
  doc: 'Changes that become visible at once, single values of headers, and walks over headers and body lines.',
  functions: { ...MESSAGE, ...VALUES, ...ITERATORS },
  pvs: VARIABLES,
  configure: (host) => new Textopsx(host),
});
