import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { repository } from '../repository.js';

const folder = fileURLToPath(new URL('.residual/peers/', repository));
const manifest = fileURLToPath(new URL('packages/bench/peers/package.json', repository));

/**
 * Installs the peers with native code, half a gigabyte that only measurements need, with npm on first use. Errors with
 * what npm wrote if it fails.
 */
export async function installPeers(): Promise<void> {
  const [installed, done] = [join(folder, 'package.json'), join(folder, 'done')];
  if (existsSync(done) && (await readFile(installed, 'utf8')) === (await readFile(manifest, 'utf8'))) return;
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error('bench: npm, which installs the peers, was not found; run npm run bench');
  console.error('bench: installing the peers (0.5 GB, once)');
  await mkdir(folder, { recursive: true });
  await copyFile(manifest, installed);
  // Without optional packages, which are builds for graphics cards, and without scripts, which download some.
  const args = ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await promisify(execFile)(process.execPath, [npm, ...args], { cwd: folder });
  await writeFile(join(folder, 'import.mjs'), 'export const importPeer = name => import(name);\n');
  await writeFile(done, '');
}

/** Imports one of the installed peers. */
export async function importPeer<Module>(name: string): Promise<Module> {
  const { importPeer } = await import(pathToFileURL(join(folder, 'import.mjs')).href);
  return importPeer(name) as Promise<Module>;
}

/** The URL of a file or folder of the installed peers. */
export const peerUrl = (path: string): string => new URL(path, pathToFileURL(folder)).href;
