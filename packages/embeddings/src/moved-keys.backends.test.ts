import { init, layer, type PositionEncoding, stepPositions } from '@residual/layers';
import { dispose, normalValues, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf } from '@residual/testkit';
import { test } from 'vitest';
import { combinedPositions, positionTemperature, type RotaryOptions, rotary } from './index.js';

/** Keys at positions from `first` on, and the same keys moved there from so many positions later. */
const keysOf = (encoding: PositionEncoding) =>
  layer({ encoding }, (w, { x, first, by }: { x: Tensor; first: number; by: number }, scope) => {
    const at = (from: number) =>
      scope.with(stepPositions, {
        positionIds: tensor([from, from + 1, from + 2], [1, 3], 'int32'),
        totalLength: from + 3,
        capacity: 64,
      });
    const there = encoding.onHeads!(w.encoding, x, at(first));
    const later = encoding.onHeads!(w.encoding, x, at(first + by));
    return { there, moved: encoding.moveKeys!(w.encoding, later, by, scope) };
  });

const yarn = { type: 'yarn', factor: 4, originalMaxPositions: 16 } as const;
test.each<[string, RotaryOptions]>([
  ['plain', { headDim: 8 }],
  ['a part of the head, neighbours', { headDim: 8, rotaryDim: 6, interleaved: true, base: 100 }],
  ['yarn, whose tables have an amplitude', { headDim: 8, scaling: yarn }],
  ['its own frequencies, beyond the stored rows', { headDim: 8, frequencies: [1, 0.3, 0.1, 0], storedPositions: 4 }],
])('keys that are moved are those of the earlier positions: %s', async (_, options) => {
  const turns = rotary(options);
  const encoding = options.scaling
    ? combinedPositions([turns, positionTemperature({ strength: 1, interval: 2 })])
    : turns;
  const x = tensor(normalValues(1, 'x', 48), [1, 2, 3, 8]);
  const run = keysOf(encoding);
  const weights = init(run, { seed: 1 });
  const { there, moved } = run(weights, { x, first: 5, by: 21 });
  await expectClose(moved, await nestedOf(there), { absolute: 1e-5 });
  dispose([there, moved]);
  await expectNoLeak(() => dispose(Object.values(run(weights, { x, first: 5, by: 21 }))));
  dispose([x, Object.values(weights)]);
});
