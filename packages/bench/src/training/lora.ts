import type { HasNeeds } from '@residual/layers';
import { causalOf, loadModel } from '@residual/model';
import { adamW, attachLora, freezeBase, languageModelLoss, randomWindows, train } from '@residual/train';

/**
 * Fine-tunes the stories model for three steps, all weights or LoRA of rank 8 on its attention. Returns the loss of the
 * last step.
 */
export async function fineTune(source: string, isLora: boolean): Promise<number> {
  const model = await loadModel(source, { weights: 'f32' });
  const { layer, weights } = causalOf('bench', model);
  if (isLora)
    attachLora(layer as HasNeeds<unknown>, weights, { targets: ['**.attention.query', '**.attention.value'], rank: 8 });
  const text = Int32Array.from({ length: 2000 }, (_, i) => (i * 7919) % model.vocab);
  const run = train({
    layer,
    weights,
    loss: languageModelLoss(layer, { chunk: 64 }),
    batches: randomWindows(text, { length: 64, batch: 1 }),
    steps: 3,
    learningRate: 1e-4,
    optimizer: adamW(),
    recompute: true,
    ...(isLora && { frozen: freezeBase }),
  });
  let loss = Number.NaN;
  for await (const event of run) if (event.type === 'step') loss = event.loss;
  model.dispose();
  return loss;
}
