import { expect, test } from 'vitest';
import { handOver, takeOver } from './hand-over.js';

test('files are handed over with their names, replace those before, and can be taken twice', async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  await handOver(new Map([['old.json', bytes('old')]]));
  await handOver(
    new Map([
      ['config.json', bytes('{}')],
      ['model.safetensors', Uint8Array.from([0, 1, 255])],
    ]),
  );
  for (let time = 0; time < 2; time++) {
    const files = await takeOver();
    expect(files!.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors']);
    expect(await files![0]!.text()).toBe('{}');
    expect([...new Uint8Array(await files![1]!.arrayBuffer())]).toEqual([0, 1, 255]);
  }
  indexedDB.deleteDatabase('residual-hand-over');
});

test('without a hand-over there is nothing to take', async () => {
  expect(await takeOver()).toBeUndefined();
  indexedDB.deleteDatabase('residual-hand-over');
});
