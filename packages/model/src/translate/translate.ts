import { ResidualError } from '@residual/tensor';
import { expectSignal, expectTexts } from '../arguments.js';
import type { Step } from '../generate.js';
import type { SearchStep } from '../search.js';
import type { Aligned } from './align.js';
import type { Alignment } from './alignment.js';
import { type TranslateOptions, type TranslateSettings, type Translating, translateSettings } from './options.js';
import type { Source } from './source.js';
import {
  gapBefore,
  type PiecePlace,
  type TranslatedPiece,
  type Translation,
  type TranslationStep,
  translationOf,
} from './translation.js';
import { type BeginSources, write } from './write.js';

/** What translating works on. */
export interface Translator extends Translating {
  readonly begin: BeginSources;
  /** Frees what batches shared, at the end of a call. */
  readonly finish: () => void;
  /** What each token that was written looked at. */
  readonly align: (pieces: readonly Aligned[], signal?: AbortSignal) => Promise<Alignment[]>;
}

/** A piece to be translated. */
interface Job extends PiecePlace {
  readonly before: string;
  readonly sentence: string;
  readonly source: Source;
}

/**
 * Steps of the translation of texts; the return value is the translations, in the order of the texts. A text that is `alone` is shown as it is written,
 * unless its pieces are translated in batches.
 */
export async function* translateTexts(
  translator: Translator,
  texts: readonly string[],
  options: TranslateOptions,
  alone: boolean,
): AsyncGenerator<TranslationStep, Translation[]> {
  expectSignal('translate', options?.signal);
  expectTexts('translate', 'taps', options?.taps);
  options?.signal?.throwIfAborted();
  const settings = translateSettings(translator, options, alone);
  const { batch, lengthPenalty } = settings;
  const streamed = alone && batch === 1;
  const divided = texts.map((text, i) => settings.divide(checkText(text, i)));
  const jobs = divided.flatMap(({ pieces }, text) =>
    pieces.map(({ before, text: sentence }, piece): Job => {
      return { text, piece, before, sentence, source: settings.read(sentence) };
    }),
  );
  const sizeOf = ({ source }: Job) => source.ids.length;
  const total = jobs.reduce((sum, job) => sum + sizeOf(job), 0);
  if (batch > 1) jobs.sort((a, b) => sizeOf(b) - sizeOf(a)); // rows of a batch are of like length, the longest first

  const translated = divided.map(({ pieces }) => pieces.map((): TranslatedPiece | undefined => undefined));
  const translations: Translation[] = [];
  const whole = (text: number): TranslationStep => {
    const { after } = divided[text]!;
    const translation = translationOf(texts[text]!, translated[text] as TranslatedPiece[], after, lengthPenalty);
    translations[text] = translation;
    return { kind: 'text', text, added: streamed ? after : translation.translation, translation };
  };
  for (const [text, { pieces }] of divided.entries()) if (pieces.length === 0) yield whole(text);
  let done = 0;
  try {
    for (let from = 0; from < jobs.length; from += batch) {
      const these = jobs.slice(from, from + batch);
      const steps = translateJobs(translator, these, settings);
      const shown = streamed ? shownOf(these[0]!, translated[0]![these[0]!.piece - 1]) : undefined;
      const pieces = yield* mapped(steps, step => shown?.step(step));
      for (const [i, { text, piece, source }] of these.entries()) {
        translated[text]![piece] = pieces[i]!;
        done += source.ids.length;
        const added = shown?.rest(pieces[i]!.translation) ?? '';
        yield { kind: 'piece', text, piece, added, translated: pieces[i]!, done, total };
        if (translated[text]!.every(each => each !== undefined)) yield whole(text);
      }
    }
    return translations;
  } finally {
    translator.finish();
  }
}

/** Translates a batch. */
async function* translateJobs(
  { begin, align, tokenizer }: Translator,
  jobs: readonly Job[],
  settings: TranslateSettings,
): AsyncGenerator<Step | SearchStep, TranslatedPiece[]> {
  const written = yield* write(
    begin,
    jobs.map(({ source }) => source),
    settings,
  );
  const alignments = settings.alignments
    ? await align(
        jobs.map(({ sentence, source }, i) => ({ sentence, source, written: written[i]! })),
        settings.signal,
      )
    : [];
  return jobs.map(({ before, sentence, source }, i): TranslatedPiece => {
    const { translation, tokens, logprob, counted, finishReason } = written[i]!;
    const alignment = alignments[i];
    return {
      before,
      source: sentence,
      translation,
      sourceTokens: source.ids,
      unknown: source.spans.filter(([start, end], i) => source.ids[i] === tokenizer.unkToken && end > start),
      tokens,
      logprob,
      counted,
      score: logprob / counted ** settings.lengthPenalty,
      finishReason,
      ...(alignment && { alignment }),
    };
  });
}

/** A piece that is shown while it is written: the steps, and what its end adds. */
function shownOf({ text, piece, before, sentence, source }: Job, last: TranslatedPiece | undefined) {
  let shown = '';
  let begun = false;
  const further = (written: string) => {
    const added =
      written === '' || shown !== '' ? written : gapBefore(last, { before, translation: written }) + written;
    shown += added;
    return added;
  };
  return {
    step: (step: Step | SearchStep): TranslationStep[] => {
      const place = { text, piece };
      const begin: TranslationStep[] = begun
        ? []
        : [
            {
              kind: 'begun',
              ...place,
              added: '',
              source: sentence,
              sourceTokens: source.ids,
              sourceSpans: source.spans,
            },
          ];
      begun = true;
      if ('row' in step) return [...begin, { kind: 'token', ...place, added: further(step.text), step }];
      return [...begin, { kind: 'beams', ...place, added: '', step }];
    },
    rest: (translation: string) => (gapBefore(last, { before, translation }) + translation).slice(shown.length),
  };
}

/** Each step as others, none where there is no answer; what steps return is returned. A run that is left early is ended. */
async function* mapped<From, To, Result>(
  steps: AsyncGenerator<From, Result>,
  make: (step: From) => readonly To[] | undefined,
): AsyncGenerator<To, Result> {
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
      yield* make(value) ?? [];
    }
  } finally {
    await steps.return(undefined as never);
  }
}

function checkText(text: unknown, i: number): string {
  if (typeof text === 'string') return text;
  const given = text === null ? 'null' : `a ${typeof text}`;
  throw new ResidualError('prompt', `translate: text ${i} must be a string, it is ${given}`);
}
