import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { residualImageTokensConfig } from '@residual/families';
import { createModel, imageTokenizerOf } from '@residual/model';
import type { Training, TrainingEvent } from '@residual/train';
import { grouped } from '../../terminal/format.js';
import { print } from '../../terminal/output.js';
import { evenlySpaced } from '../corpus.js';
import { preprocessorConfig } from '../images/preprocessor.js';
import type { LabelledPicture } from '../images/split.js';
import type { RunSettings } from '../options.js';
import { runTraining } from '../run.js';
import type { RunContext } from '../start.js';
import { pixelBatch, pixelBatches } from './batches.js';
import { imageTokensCard, reconstructionTable } from './card.js';
import { readEmoji } from './emoji.js';
import { testReconstruction } from './evaluate.js';
import { type ImageTokenizerModel, reconstructionObjective } from './objective.js';
import { pictureSheet } from './picture-sheet.js';
import { reviveCodes } from './revive-codes.js';
import { throughCodes } from './through-codes.js';

/** Settings of `residual train image-tokens`. */
export interface ImageTokensSettings extends RunSettings {
  readonly sets?: readonly string[];
  readonly validation: number;
  readonly factor: number;
  readonly codes: number;
  readonly codeDim: number;
  readonly modelDim: number;
  readonly encoderDepth: number;
  readonly decoderDepth: number;
  readonly reviveEvery: number;
}

/** The folder, inside the output folder, with sheets of samples. */
const samplesFolder = 'samples';

/** How many pictures a sheet has, each above what is drawn from its codes. */
const [samples, sheetColumns] = [48, 12];

/** The share of the steps after which codes are no longer revived, so that the last ones settle. */
const revivingShare = 0.75;

/** Trains a new autoencoder of pictures. Returns the exit code. */
export async function trainImageTokens(run: RunContext<ImageTokensSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  const { factor, codes, codeDim, modelDim, encoderDepth, decoderDepth, batch, seed, steps, out } = settings;
  progress.show('reading');
  const split = await readEmoji('train image-tokens', settings);
  const { size } = split.pictures;
  const sizes = { imageSize: size, factor, codes, codeDim, modelDim, encoderDepth, decoderDepth };
  const model = await createModel(residualImageTokensConfig(sizes), { seed });
  const bound = imageTokenizerOf('train image-tokens', model);
  const { parameters } = model.describe();
  const shown = evenlySpaced(split.validation, samples);
  progress.end();
  print(
    `${grouped(split.training.length)} pictures to train on, ${grouped(split.validation.length)} of emoji that are ` +
      `held out; ${(size / factor) ** 2} codes of ${grouped(codes)} each; ${grouped(parameters)} parameters`,
  );
  const writeSamples = async (step: number) => {
    await mkdir(join(out, samplesFolder), { recursive: true });
    await writeFile(join(out, samplesFolder, `step-${step}.png`), await sampleSheet(bound, shown, size));
  };
  const { evaluateEvery = Math.max(1, Math.floor(steps / 10)), reviveEvery } = settings;
  const onEvent = async ({ type, step }: TrainingEvent, training: Training) => {
    if (type !== 'step') return;
    if (step % reviveEvery === 0 && step <= revivingShare * steps)
      await training.runExclusive(() => reviveCodes(bound, split.training, { size, seed, step }));
    if (step % evaluateEvery !== 0 || step === steps) return;
    const result = await training.withAverage(async () => {
      await writeSamples(step);
      return testReconstruction(bound, evenlySpaced(split.validation, 256), size, signal);
    });
    progress.end();
    print(`step ${step} of ${steps}\n${reconstructionTable(result)}`);
  };
  try {
    const job = {
      model,
      objective: reconstructionObjective(bound.layer),
      corpus: { batches: pixelBatches(split.training, { batch, size, seed }) },
      unit: 'pictures',
      onEvent,
      result: async () => {
        await writeSamples(steps);
        const result = await testReconstruction(bound, split.validation, size, signal);
        print(reconstructionTable(result));
        const others = {
          'preprocessor_config.json': `${JSON.stringify(preprocessorConfig(size), null, 2)}\n`,
          'README.md': imageTokensCard({ settings, split, result, parameters }),
        };
        const files = Object.entries(others).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
        return new Map([...(await model.save()), ...files]);
      },
    };
    return await runTraining(job, settings, run);
  } finally {
    model.dispose();
  }
}

/** Rows of pictures, each row above what the model draws from its codes. */
async function sampleSheet(model: ImageTokenizerModel, pictures: readonly LabelledPicture[], size: number) {
  const batch = pixelBatch(pictures, size);
  const drawn = await throughCodes(model, batch);
  const row = sheetColumns * size * size * 3;
  const rows = Math.ceil(pictures.length / sheetColumns);
  const both = new Float32Array(2 * rows * row).fill(1);
  for (let i = 0; i < rows; i++)
    for (const [k, { pixels }] of [batch, drawn].entries())
      both.set(pixels.subarray(i * row, (i + 1) * row), (2 * i + k) * row);
  return pictureSheet(both, { count: 2 * rows * sheetColumns, size, columns: sheetColumns, zoom: 2 });
}
