import { ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { expectSignal, expectTexts } from '../arguments.js';
import type { BeamSearchStep } from '../generate/beam-policy.js';
import { mapSteps } from '../generate/generation.js';
import type { Step } from '../generate/sampling-policy.js';
import type { LoadedModel } from '../loaded-model.js';
import { encoderDecoderOf } from '../model-kind.js';
import { alignSegments } from './align.js';
import { generateTargets } from './generate-targets.js';
import { type TranslateOptions, type TranslateSettings, translateSettings } from './options.js';
import type { SourceTokens } from './source-reader.js';
import {
  type SegmentIndex,
  separatorBefore,
  type TranslatedSegment,
  type Translation,
  type TranslationStep,
  translationOf,
} from './translation.js';

/** A segment to translate. */
interface SegmentJob extends SegmentIndex {
  readonly before: string;
  readonly sentence: string;
  readonly source: SourceTokens;
}

/**
 * Translates texts. Yields steps and returns the translations, in the order of the texts. A single text is streamed
 * token by token, unless its segments are translated in batches.
 */
export async function* translateTexts(
  model: LoadedModel,
  texts: readonly string[],
  options: TranslateOptions,
  isSingle: boolean,
): AsyncGenerator<TranslationStep, Translation[]> {
  model.check();
  encoderDecoderOf('translate', model); // throws for a decoder-only model
  const { tokenizer } = model;
  if (!tokenizer) throw new ResidualError('prompt', 'translate: this model has no tokenizer');
  expectSignal('translate', options?.signal);
  expectTexts('translate', 'taps', options?.taps);
  options?.signal?.throwIfAborted();
  const settings = translateSettings(model, tokenizer, options, isSingle);
  const { batch, lengthPenalty } = settings;
  const streamed = isSingle && batch === 1;
  const segmented = texts.map((text, i) => settings.split(checkText(text, i)));
  const jobs = segmented.flatMap(({ segments }, text) =>
    segments.map(({ before, text: sentence }, segment): SegmentJob => {
      return { text, segment, before, sentence, source: settings.read(sentence) };
    }),
  );
  const sizeOf = ({ source }: SegmentJob) => source.ids.length;
  const total = jobs.reduce((sum, job) => sum + sizeOf(job), 0);
  if (batch > 1) jobs.sort((a, b) => sizeOf(b) - sizeOf(a)); // segments of a batch have similar lengths, longest first

  const translated = segmented.map(({ segments }) => segments.map((): TranslatedSegment | undefined => undefined));
  const translations: Translation[] = [];
  const finishText = (text: number): TranslationStep => {
    const { after } = segmented[text]!;
    const translation = translationOf(texts[text]!, translated[text] as TranslatedSegment[], after, lengthPenalty);
    translations[text] = translation;
    return { kind: 'text', text, delta: streamed ? after : translation.translation, translation };
  };
  for (const [text, { segments }] of segmented.entries()) if (segments.length === 0) yield finishText(text);
  let done = 0;
  for (let from = 0; from < jobs.length; from += batch) {
    const batchJobs = jobs.slice(from, from + batch);
    const steps = translateJobs(model, tokenizer, batchJobs, settings);
    const stream = streamed ? segmentStream(batchJobs[0]!, translated[0]![batchJobs[0]!.segment - 1]) : undefined;
    const results = yield* mapSteps(steps, step => stream?.step(step) ?? []);
    for (const [i, { text, segment, source }] of batchJobs.entries()) {
      const result = results[i]!;
      translated[text]![segment] = result;
      done += source.ids.length;
      const delta = stream?.rest(result.translation) ?? '';
      yield { kind: 'segment', text, segment, delta, result, done, total };
      if (translated[text]!.every(each => each !== undefined)) yield finishText(text);
    }
  }
  return translations;
}

/** Translates a batch of segments. */
async function* translateJobs(
  model: LoadedModel,
  tokenizer: Tokenizer,
  jobs: readonly SegmentJob[],
  settings: TranslateSettings,
): AsyncGenerator<Step | BeamSearchStep, TranslatedSegment[]> {
  const outputs = yield* generateTargets(
    model,
    jobs.map(({ source }) => source),
    settings,
  );
  const alignments = settings.alignments
    ? await alignSegments(
        encoderDecoderOf('translate', model),
        jobs.map(({ sentence, source }, i) => ({ sentence, source, output: outputs[i]! })),
        {
          tokenizer,
          ablate: settings.greedy.ablate,
          hooks: settings.greedy.hooks,
          blocksEventLoop: !model.fixedShapes,
          yieldTurn: () => model.yieldTurn(settings.signal),
        },
      )
    : [];
  return jobs.map(({ before, sentence, source }, i): TranslatedSegment => {
    const { translation, tokens, logprob, scoredTokens, finishReason } = outputs[i]!;
    const alignment = alignments[i];
    return {
      before,
      source: sentence,
      translation,
      sourceTokens: source.ids,
      unknownSpans: source.spans.filter(([start, end], i) => source.ids[i] === tokenizer.unkTokenId && end > start),
      tokens,
      logprob,
      scoredTokens,
      score: logprob / scoredTokens ** settings.lengthPenalty,
      finishReason,
      ...(alignment && { alignment }),
    };
  });
}

/** Streams a segment while it is translated: the steps for the caller, and at the end the rest of its text. */
function segmentStream({ text, segment, before, sentence, source }: SegmentJob, last: TranslatedSegment | undefined) {
  let textSoFar = '';
  let isStarted = false;
  const deltaOf = (newText: string) => {
    const needsSeparator = newText !== '' && textSoFar === '';
    const separator = needsSeparator ? separatorBefore(last, { before, translation: newText }) : '';
    textSoFar += separator + newText;
    return separator + newText;
  };
  return {
    step: (step: Step | BeamSearchStep): TranslationStep[] => {
      const index = { text, segment };
      const start: TranslationStep[] = isStarted
        ? []
        : [
            {
              kind: 'start',
              ...index,
              delta: '',
              source: sentence,
              sourceTokens: source.ids,
              sourceSpans: source.spans,
            },
          ];
      isStarted = true;
      if ('batchIndex' in step) return [...start, { kind: 'token', ...index, delta: deltaOf(step.text), step }];
      return [...start, { kind: 'beams', ...index, delta: '', step }];
    },
    rest: (translation: string) =>
      (separatorBefore(last, { before, translation }) + translation).slice(textSoFar.length),
  };
}

function checkText(text: unknown, i: number): string {
  if (typeof text === 'string') return text;
  const type = text === null ? 'null' : `a ${typeof text}`;
  throw new ResidualError('prompt', `translate: text ${i} must be a string, it is ${type}`);
}
