import type { BeamSearchStep } from '../generate/beam-policy.js';
import { mapSteps } from '../generate/generation.js';
import type { Step } from '../generate/sampling-policy.js';
import type { LoadedModel } from '../loaded-model.js';
import { compressionRatio } from './compression-ratio.js';
import { decodeWindows, type WindowJob, type WindowText } from './decode-windows.js';
import type { TranscribeSettings } from './options.js';
import type { WindowAttempt } from './transcription.js';

/** The result of all attempts to decode a window. */
export interface DecodedWindow {
  readonly attempts: readonly WindowAttempt[];
  /** The last attempt. */
  readonly text: WindowText;
  readonly temperature: number;
  /** Whether the thresholds say that there is no speech. */
  readonly isSkipped: boolean;
}

/** A window to decode, and whether it is the whole recording. */
export interface SpeechJob extends WindowJob {
  readonly isWhole: boolean;
}

/** A step of an attempt; `jobs` are the indices of the jobs that it decodes. */
export interface AttemptStep {
  readonly attempt: number;
  readonly jobs: readonly number[];
  readonly step: Step | BeamSearchStep;
}

/**
 * Decodes windows, and those again at the next temperature whose text the thresholds refuse (Radford et al. 2022,
 * section 4.5). The text of the last temperature counts whatever it is.
 */
export async function* decodeWithFallback(
  model: LoadedModel,
  jobs: readonly SpeechJob[],
  settings: TranscribeSettings & { readonly times: boolean },
  run: string,
): AsyncGenerator<AttemptStep, DecodedWindow[]> {
  const { temperatures } = settings;
  const attempts = jobs.map((): WindowAttempt[] => []);
  const results: DecodedWindow[] = [];
  let pending: readonly number[] = [...jobs.keys()];
  for (const [attempt, temperature] of temperatures.entries()) {
    const indices = pending;
    const steps = decodeWindows(
      model,
      indices.map(index => jobs[index]!),
      { ...settings, timestamps: settings.times },
      { temperature, run: `${run}.${attempt}` },
    );
    const texts = yield* mapSteps(steps, (step): AttemptStep[] => [{ attempt, jobs: indices, step }]);
    const refused: number[] = [];
    for (const [i, index] of indices.entries()) {
      const text = texts[i]!;
      const ratio = text.tokens.length === 0 ? 0 : compressionRatio(text.tokens, model.vocab);
      const { needsFallback, isSkipped } = judge(text, ratio, settings, jobs[index]!.isWhole);
      const noSpeech = text.noSpeechProb === undefined ? {} : { noSpeechProb: text.noSpeechProb };
      attempts[index]!.push({
        temperature,
        tokens: text.tokens,
        avgLogprob: text.avgLogprob,
        compressionRatio: ratio,
        ...noSpeech,
        needsFallback,
        ...(text.beams && { beams: text.beams }),
      });
      results[index] = { attempts: attempts[index]!, text, temperature, isSkipped };
      if (needsFallback) refused.push(index);
    }
    pending = refused;
    if (pending.length === 0) break;
  }
  return results;
}

/** Whether the thresholds refuse a text, or say that there is no speech. */
function judge(
  { avgLogprob, noSpeechProb = 0 }: WindowText,
  ratio: number,
  { thresholds: { compressionRatio, logprob, noSpeech }, keepsUnlikely }: TranscribeSettings,
  isWhole: boolean,
): { readonly needsFallback: boolean; readonly isSkipped: boolean } {
  const isUnlikely = logprob !== null && avgLogprob < logprob;
  const isSkipped = noSpeech !== null && isUnlikely && noSpeechProb > noSpeech;
  const isRepetitive = compressionRatio !== null && ratio > compressionRatio;
  const isRefused = isRepetitive || (isUnlikely && !(isWhole && keepsUnlikely));
  return { needsFallback: !isSkipped && isRefused, isSkipped };
}
