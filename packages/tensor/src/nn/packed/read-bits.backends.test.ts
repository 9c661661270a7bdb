import { expect, test } from 'vitest';
import { dispose, pack, packBits, readBits, unpack } from '../../index.js';
import { onDevice } from '../../testing/on-device.js';

onDevice();

test('the bits of a matrix are read as they were packed, also after it was used', async () => {
  const shape = [3, 70] as const;
  const values = Float32Array.from({ length: 210 }, (_, i) => Math.sin(i) * (i % 7));
  const packed = pack(values, shape, 'int4');
  const entries = unpack(packed);
  await entries.data(); // now the bits are on the device
  const [bits, expected] = [await readBits(packed), packBits(values, shape, 'int4')];
  expect([...bits.quants]).toEqual([...expected.quants]);
  expect([...bits.scales!]).toEqual([...expected.scales!]);
  dispose([packed, entries]);
});
