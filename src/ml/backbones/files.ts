import { join } from 'node:path';

/** Where a network stands that can be made again from its weights. */
export function convertedPath(home: string, fingerprint: string): string {
  return join(home, 'backbones', `${fingerprint}.onnx`);
}

/** Where a network stands that cannot: somebody's own, or one made of the collection's pictures. By its own hash. */
export function networkPath(home: string, sha256: string): string {
  return join(home, 'backbones', 'kept', `${sha256}.onnx`);
}
