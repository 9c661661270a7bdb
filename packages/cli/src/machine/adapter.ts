import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the software Vulkan driver (SwiftShader) of a Chrome, or undefined. */
const softwareDriver = (chrome: string | undefined): string | undefined => {
  if (chrome === undefined) return undefined;
  const folders = [dirname(realpathSync(chrome)), '/usr/lib/chromium', '/opt/google/chrome'];
  return folders.find(folder => existsSync(join(folder, 'vk_swiftshader_icd.json')));
};

/** The environment in which WebGPU for Node finds that driver and its Vulkan loader. */
const softwareEnvironment = (folder: string): Record<string, string> => ({
  VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
  LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, folder].filter(path => path).join(delimiter),
});

const probe = `
const { create } = await import('webgpu');
const adapter = await create([]).requestAdapter();
process.stdout.write(adapter ? 'adapter' : 'none', () => process.exit(0));
`;

const works = (environment: Record<string, string>): boolean => {
  const result = spawnSync(process.execPath, ['--input-type=module', '--eval', probe], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return result.status === 0 && result.stdout.endsWith('adapter');
};

/**
 * The environment variables under which WebGPU for Node has an adapter: none if the machine has a graphics card, those
 * of Chrome's software driver on Linux, or undefined if neither works.
 */
export const findAdapter = (chrome: string | undefined): Record<string, string> | undefined => {
  if (works({})) return {};
  const folder = softwareDriver(chrome);
  if (folder === undefined) return undefined;
  const environment = softwareEnvironment(folder);
  return works(environment) ? environment : undefined;
};
