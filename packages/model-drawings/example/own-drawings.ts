// Trains on drawings of one's own in a thread, and draws with what was learned: node own-drawings.js
import '@residual/backend-wasm';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { causalOf, loadModel } from '@residual/model';
import { drawings } from '@residual/model-drawings';
import { languageModelLoss, promptBatches, train } from '@residual/train';
import { connectTraining, type JobControls, serveTraining } from '@residual/train/worker';
import {
  augmentDrawing,
  drawingToSvg,
  type QuickDrawEntry,
  readQuickDraw,
  strokeTokenizer,
  unitBox,
} from '@residual/vision';

const jobs = {
  own: async (
    { entries, steps }: { readonly entries: readonly QuickDrawEntry[]; readonly steps: number },
    { signal }: JobControls,
  ) => {
    const model = await loadModel(drawings, { weights: 'f32', signal });
    const { layer, weights } = causalOf('train', model);
    const strokes = strokeTokenizer();
    return {
      training: train({
        layer,
        weights,
        loss: languageModelLoss(layer, { maxPositions: model.maxPositions }),
        batches: promptBatches(entries, {
          batch: entries.length,
          seed: 1,
          // each time a little different
          encode: ({ word, drawing }, random) => ({
            prompt: model.tokensOf(word),
            target: strokes.encode(augmentDrawing(drawing, random), { box: unitBox }),
          }),
        }),
        steps,
        learningRate: 0.001,
        frozen: ['embedding.read.weight'], // words stay
        clipNorm: 1,
        signal,
      }),
      requests: {
        draw: async (word: string) => (await model.draw(word, { seed: 1 }).result()).drawing,
        save: () => model.save({ dtype: 'float16' }),
      },
      dispose: () => model.dispose(),
    };
  },
};

if (isMainThread) {
  // the format of Quick, Draw!: each stroke as its x and its y
  const house = '[[[0,9,9,0,0],[4,4,13,13,4]],[[0,4,9],[4,0,4]]]';
  const entries = [...readQuickDraw(['house', 'barn'].map(word => `{"word":"${word}","drawing":${house}}\n`).join(''))];
  const worker = new Worker(new URL(import.meta.url)); // this file again, in a thread
  const trainer = connectTraining<typeof jobs>(worker);
  const run = trainer.start('own', { entries, steps: 10 });
  for await (const event of run) if (event.type === 'step') console.log(event.step, event.loss.toFixed(2));
  console.log(drawingToSvg(await run.ask('draw', 'house')).length, 'characters of SVG');
  console.log([...(await run.ask('save')).keys()].join(', ')); // the files of the trained model
  await run.dispose();
  trainer.close();
  await worker.terminate();
} else serveTraining(parentPort, jobs);
