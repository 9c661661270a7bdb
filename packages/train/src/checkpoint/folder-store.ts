import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CheckpointFiles,
  type CheckpointStore,
  keepOf,
  type StoredCheckpoint,
  type StoreOptions,
} from './store.js';

/**
 * A store in a folder on disk, with one subfolder `step-N` for each checkpoint. A checkpoint is written under a
 * temporary name, flushed to disk and renamed, so that a killed process leaves it complete or absent. Incomplete
 * leftovers are removed by the next run.
 */
export function folderStore(folder: string, options: StoreOptions = {}): CheckpointStore {
  const keep = keepOf('folderStore', options);
  return {
    write: async (step, files) => {
      const partial = join(folder, `${partialPrefix}${step}-${process.pid}`);
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      for (const [name, bytes] of files) await writeThrough(join(partial, name), bytes);
      await writeThrough(join(partial, sizesFile), new TextEncoder().encode(JSON.stringify(sizesOf(files))));
      await sync(partial);
      const name = await freshName(folder, step);
      await rename(partial, join(folder, name));
      await sync(folder);
      for (const old of (await completeCheckpoints(folder)).slice(keep))
        await rm(join(folder, old), { recursive: true, force: true });
      return name;
    },
    latest: async () => {
      for (const leftover of await namesIn(folder))
        if (leftover.startsWith(partialPrefix)) await rm(join(folder, leftover), { recursive: true, force: true });
      const [name] = await completeCheckpoints(folder);
      return name === undefined ? undefined : storedCheckpoint(folder, name);
    },
  };
}

const partialPrefix = '.partial-';
const sizesFile = 'sizes.json';

const sizesOf = (files: CheckpointFiles) =>
  Object.fromEntries([...files].map(([name, { byteLength }]) => [name, byteLength]));

function storedCheckpoint(folder: string, name: string): StoredCheckpoint {
  return {
    step: parseName(name)[0],
    name,
    read: file => readFile(join(folder, name, file)).then(bytes => new Uint8Array(bytes), unlessMissing),
  };
}

/** The names of the checkpoints whose files have the recorded sizes, newest first. */
async function completeCheckpoints(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)).filter(name => pattern.test(name));
  const [newestFirst, complete]: [string[], string[]] = [names.sort((a, b) => compare(parseName(b), parseName(a))), []];
  for (const name of newestFirst) if (await isComplete(join(folder, name))) complete.push(name);
  return complete;
}

async function isComplete(checkpoint: string): Promise<boolean> {
  try {
    const sizes: unknown = JSON.parse(await readFile(join(checkpoint, sizesFile), 'utf8'));
    for (const [name, size] of Object.entries(sizes as Record<string, unknown>))
      if ((await stat(join(checkpoint, name))).size !== size) return false;
    return true;
  } catch {
    return false;
  }
}

/** A new name for the checkpoint of a step; a repeated step does not overwrite the existing one. */
async function freshName(folder: string, step: number): Promise<string> {
  const names = new Set(await namesIn(folder));
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? `step-${step}` : `step-${step}.${attempt}`;
    if (!names.has(name)) return name;
  }
}

const pattern = /^step-(\d+)(?:\.(\d+))?$/;

function parseName(name: string): [step: number, attempt: number] {
  const [, step, attempt = '0'] = pattern.exec(name)!;
  return [Number(step), Number(attempt)];
}

function compare(
  [step, attempt]: readonly [number, number],
  [otherStep, otherAttempt]: readonly [number, number],
): number {
  return step - otherStep || attempt - otherAttempt;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessMissing)) ?? [];
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes the entries of a folder to disk; systems that cannot do this flush folders themselves. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
