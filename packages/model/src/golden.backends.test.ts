import { bytesSource } from '@residual/safetensors';
import { fixture } from '@residual/testkit';
import { expect, test } from 'vitest';
import type { ModelFiles } from './files.js';
import { parity } from './parity/index.js';

const folders = ['gpt2', 'llama', 'llama3-rope', 'llama-float16', 'llama-bfloat16', 'llama-sharded'];

const fixtureFiles = (folder: string): ModelFiles => {
  const read = async (name: string) => fixture(`${folder}/${name}`).catch(() => undefined);
  return {
    origin: folder,
    text: async name => {
      const bytes = await read(name);
      return bytes && new TextDecoder().decode(bytes);
    },
    bytes: async name => {
      const bytes = await read(name);
      return bytes && bytesSource(bytes);
    },
  };
};

test.each(folders)('%s agrees with the reference on every output', async folder => {
  const report = await parity(fixtureFiles(`checkpoints/${folder}`));
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(report.pass).toBe(true);
});
