import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian's package chromium has a graphics card that the processor plays, and the loader that finds it. */
const CHROMIUM = '/usr/lib/chromium';

/** Why nothing can be tested on a graphics card here; false when it can. */
export const withoutSwiftshader = existsSync(join(CHROMIUM, 'vk_swiftshader_icd.json'))
  ? false
  : "SwiftShader is not here: it comes with Debian's package chromium";

/** The environment in which WebGPU finds SwiftShader and nothing else. */
export async function swiftshaderEnvironment(): Promise<NodeJS.ProcessEnv> {
  return {
    ...process.env,
    VK_ICD_FILENAMES: join(CHROMIUM, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: CHROMIUM,
    XDG_RUNTIME_DIR: await mkdtemp(join(tmpdir(), 'winnow-xdg-')),
  };
}
