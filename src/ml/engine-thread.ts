import { parentPort, workerData } from 'node:worker_threads';

import { openEngine } from './engine.js';
import type { Answer, Opening, Request } from './engine-threads.js';

/** The other side of openEngineThreads(): one network in a thread of its own, computing on one core. */
const port = parentPort!;
const { model } = workerData as Opening;
const answer = (message: Answer) => port.postMessage(message);

try {
  const engine = await openEngine(model, { threads: 1 });
  port.on('message', ({ input, shape, output, outputShape }: Request) => {
    const into = new Float32Array(output);
    engine.run(input, shape, into, outputShape).then(
      () => answer({ output: into }),
      (error: unknown) => answer({ error: String(error) }),
    );
  });
  answer({ output: new Float32Array(0) });
} catch (error) {
  answer({ error: String(error) });
}
