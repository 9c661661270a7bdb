/** How much of a score rotary positions leave when two equal vectors stand apart: a bar for each distance. */
import '@residual/backend-cpu';
import { type RotaryOptions, rotary } from '@residual/embeddings';
import { emptyScope, init } from '@residual/layers';
import { dispose, ones, ready } from '@residual/tensor';

const [headDim, storedPositions] = [64, 128];
const kinds: Record<string, RotaryOptions> = {
  'base 10,000': { headDim, storedPositions },
  'base 100': { headDim, storedPositions, base: 100 },
  'linear, factor 4': { headDim, storedPositions, scaling: { type: 'linear', factor: 4 } },
};

await ready();
for (const [name, options] of Object.entries(kinds)) {
  const scheme = rotary(options);
  const weights = init(scheme, { seed: 1 });
  const same = ones([1, 1, storedPositions, headDim]); // the same vector at every place
  const turned = scheme.onHeads!(weights, same, emptyScope);
  const rows = await turned.data();
  console.log(`\n${name}`);
  for (const distance of [0, 1, 2, 4, 8, 16, 32, 64, 127]) {
    let score = 0;
    for (let d = 0; d < headDim; d++) score += rows[d]! * rows[distance * headDim + d]!;
    const share = score / headDim;
    console.log(
      `${String(distance).padStart(4)} ${'█'.repeat(Math.max(0, Math.round(40 * share)))} ${share.toFixed(2)}`,
    );
  }
  dispose([weights, same, turned]);
}
