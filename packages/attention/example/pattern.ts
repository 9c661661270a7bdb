/** Draws the attention weights of each head as a triangle of shades. */
import '@residual/backend-cpu';
import { causal, selfAttention } from '@residual/attention';
import { init, record } from '@residual/layers';
import { dispose, normalValues, ready, tensor } from '@residual/tensor';

const words = 'a fluffy blue creature roamed the verdant forest'.split(' ');
const [modelDim, heads, length] = [32, 2, words.length];
const shades = ' ░▒▓█';

await ready();
// A large scale makes the pattern of random weights visible.
const attend = selfAttention({ modelDim, heads, mask: causal(), scale: 50 });
const weights = init(attend, { seed: 3 });
const x = tensor(normalValues(1, 'words', length * modelDim), [1, length, modelDim]);
const recorder = record(['weights']);
const y = attend(weights, x, recorder.scope);
const attentionWeights = await recorder.values.get('weights')!.data(); // [1, heads, length, length]

for (let head = 0; head < heads; head++) {
  console.log(`\nhead ${head}: each row is a word, each column a word it attends to`);
  for (let i = 0; i < length; i++) {
    const row = [...attentionWeights.slice((head * length + i) * length, (head * length + i + 1) * length)];
    const cells = row.map(weight => (shades[Math.min(4, Math.ceil(weight * 5 - 0.05))] ?? ' ').repeat(2));
    console.log(`${words[i]!.padStart(10)} ${cells.slice(0, i + 1).join('')}`);
  }
}
recorder.dispose();
dispose([weights, x, y]);
