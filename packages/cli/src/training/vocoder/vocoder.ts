import { ResidualError } from '@residual/base';
import { residualVocoderConfig, type SourceFilterModel } from '@residual/families';
import { countParameters } from '@residual/layers';
import { createModel, sourceFilterOf, sourceVoice } from '@residual/model';
import { tensor } from '@residual/tensor';
import { type Training, type TrainingEvent, trainValidationSplit } from '@residual/train';
import { grouped } from '../../terminal/format.js';
import { print } from '../../terminal/output.js';
import { firstBatches } from '../corpus.js';

import type { CommonSettings } from '../options.js';
import { replaceLeaf } from '../replace-leaf.js';
import { runTraining } from '../run.js';
import { bins, frameScale, hop, pitchBin, sampleRate, speechFrames, voicingBin } from '../speech/features.js';
import { initialWeights } from '../speech/initial-weights.js';
import { openSpeechFolder } from '../speech/recordings.js';
import { writeSamples } from '../speech/write-samples.js';
import type { RunContext } from '../start.js';
import { partLength, type VocoderBatch, type VoicedRecording, vocoderBatch, vocoderBatches } from './batches.js';
import { vocoderObjective } from './objective.js';

/** Settings of `residual train vocoder`. */
export interface VocoderSettings extends CommonSettings {
  readonly width: number;
  readonly depth: number;
  readonly points: number;
  readonly sentences: number;
}

/** ln of the magnitudes that a new vocoder makes: quiet. */
const initialLevel = -5;

/** Trains a new vocoder on the sentences of a teacher. Returns the exit code. */
export async function trainVocoder(run: RunContext<VocoderSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  const { files, seed, steps, batch, validation: share, out, width, depth, points } = settings;
  if (files.length !== 1)
    throw new ResidualError('files', `train vocoder: ${files.length} folders are given; it reads one`);
  const recordings = await readRecordings(files[0]!, settings.sentences, run);
  const scale = frameScale(recordings.map(({ frames }) => ({ values: frames })));
  const { training, validation } = trainValidationSplit(recordings, { share, seed });
  const sizes = { bins, width, depth, points, pitchBin, voicingBin, sampleRate, hop };
  const model = await createModel(residualVocoderConfig({ ...sizes, ...scale }), { seed });
  const layer = model.layer as SourceFilterModel;
  initialWeights(model, seed);
  replaceLeaf(model.weights, 'direct.bias', new Float32Array(2 * points).fill(initialLevel));
  progress.end();
  print(
    `${grouped(training.length)} sentences to train on, ${grouped(validation.length)} to validate; ` +
      `${grouped(countParameters(layer))} parameters`,
  );
  const { evaluateEvery = Math.max(1, Math.floor(steps / 10)) } = settings;
  const soundOf = sourceVoice(sourceFilterOf('train vocoder', model), { seed: 0 });
  const speakSamples = (step: number) =>
    writeSamples({ out, step }, validation, async ({ frames }) => {
      signal.throwIfAborted();
      const x = tensor(frames, [1, frames.length / bins, bins]);
      try {
        return await soundOf(x);
      } finally {
        x.dispose();
      }
    });
  const onEvent = async ({ type, step }: TrainingEvent, running: Training) => {
    if (type === 'step' && step % evaluateEvery === 0) await running.withAverage(() => speakSamples(step));
  };
  const held = validation.flatMap(recording =>
    Array.from({ length: Math.floor(recording.frames.length / bins / partLength) }, (_, i) => ({
      recording,
      first: i * partLength,
    })),
  );
  const heldBatches = function* () {
    for (let at = 0; at < held.length; at += batch) yield vocoderBatch(held.slice(at, at + batch), scale);
  };
  const job = {
    model,
    objective: vocoderObjective(layer) as never,
    corpus: {
      batches: vocoderBatches(training, { batch, seed, scale }),
      validation: (limit: number) => firstBatches(heldBatches(), limit),
    },
    unit: 'frames',
    onEvent,
    result: () => model.save(),
  };
  try {
    return await runTraining<VocoderBatch>(job, settings, run);
  } finally {
    model.dispose();
  }
}

/** Reads sentences that are long enough, at most so many. */
async function readRecordings(
  folder: string,
  most: number,
  { progress, signal }: Pick<RunContext<VocoderSettings>, 'progress' | 'signal'>,
): Promise<VoicedRecording[]> {
  const opened = await openSpeechFolder(folder);
  try {
    const recordings: VoicedRecording[] = [];
    for (const [i, sentence] of opened.sentences.entries()) {
      signal.throwIfAborted();
      if (recordings.length === most) break;
      if (i % 50 === 0) progress.show(`reading ${grouped(i)} sentences`);
      const read = await opened.read(sentence);
      const frames = speechFrames(read, sentence.ends)?.values;
      if (frames && frames.length / bins > partLength) recordings.push({ samples: read.samples, frames });
    }
    if (recordings.length < 2)
      throw new ResidualError(
        'data',
        `train vocoder: ${folder} has ${recordings.length} sentences of more than ${partLength} frames; at least ` +
          '2 are needed',
      );
    return recordings;
  } finally {
    await opened.close();
  }
}
