import { once } from 'node:events';

import { startEmbedded } from '../../src/db-embedded.js';

/*
 * A process that uses the embedded server of a folder, for tests that kill it.
 * Prints the server's URL; a line on standard input makes it stop the server and end.
 */
const server = await startEmbedded(process.argv[2]);
console.log(server.url);
process.stdin.resume();
await once(process.stdin, 'data');
await server.stop();
process.exit();
