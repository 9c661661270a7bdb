import { record } from '@residual/layers';
import { tensor, tidy } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { type CrossLayer, type EncoderDecoder, logitPositions, type TensorLayer } from '@residual/transformer';
import { forwardPair } from '../forward.js';
import { maxTokensPerPass } from '../generate/prefill-or-step.js';
import { type InterventionOptions, interventionScope } from '../interventions.js';
import type { BoundModel } from '../model-kind.js';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import { longestOf } from '../sequences.js';
import { type Alignment, type Span, wordAlignment, wordsOf } from './alignment.js';
import type { TargetOutput } from './generate-targets.js';
import type { SourceTokens } from './source-reader.js';

/** A translated segment. */
export interface TranslatedSource {
  readonly sentence: string;
  readonly source: SourceTokens;
  readonly output: TargetOutput;
}

/** The options of `alignSegments`. */
export interface AlignOptions extends InterventionOptions {
  /** Decodes the target tokens, to find their spans. */
  readonly tokenizer: Tokenizer;
  /** Whether a pass blocks the event loop while it computes. */
  readonly blocksEventLoop: boolean;
  /** Lets other work run before each batch; rejects if the call is aborted or the model cannot be used any more. */
  readonly yieldTurn: () => Promise<void>;
}

/**
 * The alignment of each translated segment: one pass over sources and translations together, which reads the
 * cross-attention weights.
 */
export async function alignSegments(
  model: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  segments: readonly TranslatedSource[],
  options: AlignOptions,
): Promise<Alignment[]> {
  const { blocksEventLoop, yieldTurn } = options;
  const tokensOf = ({ source, output }: TranslatedSource) => source.ids.length + output.target.length;
  const longest = Math.max(...segments.map(tokensOf));
  const batchSize = blocksEventLoop ? Math.max(1, Math.floor(maxTokensPerPass / longest)) : segments.length;
  const alignments: Alignment[] = [];
  for (let from = 0; from < segments.length; from += batchSize) {
    await yieldTurn();
    alignments.push(...(await alignBatch(model, segments.slice(from, from + batchSize), options)));
  }
  return alignments;
}

async function alignBatch(
  model: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  segments: readonly TranslatedSource[],
  { tokenizer, ...options }: AlignOptions,
): Promise<Alignment[]> {
  const sources = segments.map(({ source }) => source.ids);
  const targets = segments.map(({ output }) => output.target.slice(0, -1));
  const recorder = record(['decoder.layers.*.crossAttention.weights'], interventionScope('translate', options));
  try {
    tidy(() => {
      const last = Math.max(longestOf(targets), 1) - 1;
      const scope = recorder.scope.with(logitPositions, tensor([last], [1], 'int32')); // the logits are not used
      forwardPair(model, { sources, targets }, scope);
    });
    const taps = await plainTaps(recorder.values, segments.length);
    return segments.map((segment, i) => alignmentOf(segment, Object.entries(taps[i]!), tokenizer));
  } finally {
    recorder.dispose();
  }
}

/** The alignment of one segment from its attention weights, [heads, queryLen, keyLen] of each layer. */
function alignmentOf(
  { sentence, source, output }: TranslatedSource,
  layers: readonly (readonly [path: string, weights: PlainTensor])[],
  tokenizer: Tokenizer,
): Alignment {
  const layerOf = (path: string) => Number(/layers\.(\d+)\./.exec(path)![1]);
  const sorted = [...layers].sort(([a], [b]) => layerOf(a) - layerOf(b)).map(([, weights]) => weights);
  const [first, newTokens] = [output.promptLength - 1, output.scoredTokens];
  const [heads, , keyLen] = sorted[0]!.shape as [number, number, number];
  const sourceLen = source.ids.length;
  const data = new Float32Array(sorted.length * heads * newTokens * sourceLen);
  let offset = 0;
  for (const { shape, data: weights } of sorted)
    for (let head = 0; head < heads; head++)
      for (let token = 0; token < newTokens; token++) {
        const row = (head * shape[1]! + first + token) * keyLen;
        data.set(weights.subarray(row, row + sourceLen), offset);
        offset += sourceLen;
      }
  const alignment = {
    attention: { shape: [sorted.length, heads, newTokens, sourceLen], data },
    source: source.spans,
    target: spansOf(output, tokenizer),
    sourceWords: wordsOf(sentence),
    targetWords: wordsOf(output.translation),
  };
  return { ...alignment, words: wordAlignment(alignment) };
}

/** The span of each new token in the translation. */
function spansOf({ target, promptLength, translation }: TargetOutput, tokenizer: Tokenizer): Span[] {
  const stream = tokenizer.decodeStream();
  for (const id of target.slice(0, promptLength)) stream.push(id);
  let end = 0;
  const spans = target.slice(promptLength).map((id): Span => {
    const start = end;
    end = Math.min(end + stream.push(id).length, translation.length);
    return [start, end];
  });
  return spans;
}
