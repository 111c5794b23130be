import { hosts, tokens } from './access.js';
import type { Attack, Targets } from './attack.js';
import { documents } from './documents.js';
import { bodies, methods } from './requests.js';
import { sockets } from './sockets.js';
import { paths, pictures, values } from './values.js';

/** Requests that a server must refuse, each in its own way. */
export function attacks(on: Targets): Attack[] {
  return [documents, bodies, methods, tokens, hosts, paths, values, pictures, sockets].flatMap((make) => make(on));
}
