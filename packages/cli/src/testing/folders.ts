import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource, openSafetensors, type StoredTensor, writeSafetensors } from '@residual/safetensors';
import { readFixture } from '@residual/testkit/read-fixture';
import { fixture } from './run-command.js';

/** The tensors of a file by name. */
export async function tensorsIn(path: string): Promise<Map<string, StoredTensor>> {
  const file = await openSafetensors(bytesSource(new Uint8Array(await readFile(path))));
  const read = async (name: string) => [name, await file.read(name)] as const;
  return new Map(await Promise.all([...file.tensors.keys()].map(read)));
}

/** Runs `use` with a temporary folder, and removes it afterwards. */
export async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'residual-parity-'));
  try {
    await use(path);
  } finally {
    await rm(path, { recursive: true });
  }
}

/** Writes the files of a folder of the fixtures into `folder`, those that are compressed as they were before. */
export async function unpackFixture(path: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const name of (await readdir(fixture(path))).map(file => file.replace(/\.br$/, '')))
    await writeFile(join(folder, name), readFixture(`${path}/${name}`));
  return folder;
}

/** A copy of a checkpoint of the fixtures with other references: tensors, and a golden.json if `settings` are given. */
export async function checkpointWith(
  folder: string,
  name: string,
  tensors: Readonly<Record<string, StoredTensor>>,
  settings?: object,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const file of ['config.json', 'model.safetensors', 'generation_config.json'])
    await copyFile(fixture(`checkpoints/${name}/${file}`), join(folder, file));
  await writeFile(join(folder, 'golden.safetensors'), writeSafetensors(tensors));
  if (settings) await writeFile(join(folder, 'golden.json'), JSON.stringify(settings));
  return folder;
}

/** The inputs of a fixture, without its outputs. */
export async function inputsOf(name: string): Promise<{ input_ids: StoredTensor; attention_mask: StoredTensor }> {
  const tensors = await tensorsIn(fixture(`checkpoints/${name}/golden.safetensors`));
  return { input_ids: tensors.get('input_ids')!, attention_mask: tensors.get('attention_mask')! };
}

/** The names of references that this version computes. */
export const comparable = (names: Iterable<string>): string[] =>
  [...names].filter(name => !/^(input_ids|attention_mask)/.test(name)).sort();
