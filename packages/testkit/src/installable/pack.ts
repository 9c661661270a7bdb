import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packages, root } from '../repository/workspace.js';
import { installTogether } from './consumer.js';
import { runNode } from './run.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder, outside the repository, with `packed/`, `together/` and a project for each package. */
    temporaryFolder: string;
  }
}

const pinnedPnpm = (): string => {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };
  const folder = packageManager.replace('@', '-').replace(/\+.*$/, '');
  const path = join(root, '.residual', folder, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  if (!existsSync(path)) throw new Error('installable: run node scripts/setup.mjs first, it brings the pinned pnpm');
  return path;
};

/** Packs every public package once, before the tests of this project, and installs them side by side with npm. */
export default async function setup(project: TestProject): Promise<() => void> {
  const temporaryFolder = realpathSync(mkdtempSync(join(tmpdir(), 'residual installable ')));
  const packed = join(temporaryFolder, 'packed');
  mkdirSync(packed);
  const names = packages()
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap(({ manifest }) => ['--filter', manifest.name]);
  const { code, output } = await runNode([pinnedPnpm(), ...names, '-r', 'pack', '--pack-destination', packed], root);
  if (code !== 0) throw new Error(`installable: pnpm pack ended with ${code}\n${output}`);
  await installTogether(temporaryFolder);
  project.provide('temporaryFolder', temporaryFolder);
  return () => rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 3 });
}
