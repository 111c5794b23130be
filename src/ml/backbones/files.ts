import { join } from 'node:path';

/** Where a network stands that can be made again from its weights. */
export function convertedPath(home: string, fingerprint: string): string {
  return join(home, 'backbones', `${fingerprint}.onnx`);
}
