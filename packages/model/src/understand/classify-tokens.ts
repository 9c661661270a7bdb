import { expectValue } from '@residual/base';
import type { Encoding } from '@residual/tokenizer';
import type { LoadedModel } from '../loaded-model.js';
import { textModelOf } from '../model-kind.js';
import { expectReadOptions } from '../read-batches.js';
import { softmax } from './label-scores.js';
import { type ClassifyOptions, encodeCut, expectTextList, readTexts } from './text-pass.js';

/**
 * How tokens become spans: neighbouring tokens of one label (`simple`), or words whose label is that of their first
 * token (`first`), of their most certain token (`max`), or of the mean of their tokens' scores (`average`).
 */
export type Aggregation = 'simple' | 'first' | 'average' | 'max';

/** The options of `classifyTokens`. */
export interface ClassifyTokensOptions extends ClassifyOptions {
  /** Default `simple`. */
  readonly aggregation?: Aggregation;
  /** Labels that are left out; default `O`. */
  readonly ignoreLabels?: readonly string[];
}

/** A part of a text with a label, such as a name of a person. */
export interface LabelledSpan {
  /** The label without `B-` and `I-`. */
  readonly label: string;
  /** The mean score of its tokens or words, from 0 to 1. */
  readonly score: number;
  /** `text.slice(start, end)`, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The labelled spans of each text, in order. Tags that begin with `B-` begin a new span, as in the reference. Throws
 * for a model without a head that classifies tokens.
 */
export async function classifyTokensOf(
  model: LoadedModel,
  texts: readonly string[],
  options: ClassifyTokensOptions,
): Promise<readonly (readonly LabelledSpan[])[]> {
  model.check();
  const caller = 'classifyTokens';
  const bound = textModelOf(caller, model, ['token-classification']);
  expectReadOptions(caller, options, { maxTokens: 0, aggregation: 0, ignoreLabels: 0 });
  const { aggregation = 'simple', ignoreLabels = ['O'] } = options;
  const known = ['simple', 'first', 'average', 'max'];
  expectValue(known.includes(aggregation), caller, 'aggregation', aggregation, known.join(', '));
  expectTextList(caller, 'ignoreLabels', ignoreLabels);
  expectTextList(caller, 'texts', texts);
  const encodings = encodeCut(caller, model, texts, options);
  const rows = await readTexts(caller, model, bound, encodings, options);
  const { labels } = bound.composition;
  const { tokenizer } = model;
  const hasPrefix = tokenizer!.describe().model === 'WordPiece';
  return rows.map((logits, i) => {
    const text = texts[i]!;
    const tokens = scoredTokens(text, encodings[i]!, logits, { labels, hasPrefix, unknown: tokenizer!.unkTokenId });
    const units =
      aggregation === 'simple' ? tokens.map(token => unitOf([token], 'first')) : wordsOf(tokens, aggregation);
    const spans = spansOf(units, labels, text);
    return spans.filter(({ label }) => !ignoreLabels.includes(label));
  });
}

/** A token with the scores of the labels. */
interface ScoredToken {
  readonly scores: Float32Array;
  readonly start: number;
  readonly end: number;
  /** Whether it continues the word of the token before it. */
  readonly continues: boolean;
}

interface TokenSettings {
  readonly labels: readonly string[];
  /** Whether the vocabulary marks tokens that continue a word, as `##` in BERT. */
  readonly hasPrefix: boolean;
  readonly unknown: number | undefined;
}

/** The tokens of a text without special ones. */
function scoredTokens(
  text: string,
  encoding: Encoding,
  logits: Float32Array,
  { labels, hasPrefix, unknown }: TokenSettings,
): ScoredToken[] {
  const { ids, offsets, tokens, specialTokensMask } = encoding;
  return ids.flatMap((id, i) => {
    if (specialTokensMask[i]) return [];
    const [start, end] = offsets[i]!;
    const scores = softmax(logits.subarray(i * labels.length, (i + 1) * labels.length));
    // As in the reference: with marks, a token that is longer than its text; else one without a space at its border.
    const isPart = hasPrefix
      ? codePoints(tokens[i]!) !== codePoints(text.slice(start, end))
      : start > 0 && !text.slice(start - 1, start + 1).includes(' ');
    return [{ scores, start, end, continues: isPart && id !== unknown }];
  });
}

const codePoints = (text: string) => [...text].length;

/** A token or a word with its label. */
interface LabelledUnit {
  readonly label: number;
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

/** The words of tokens. */
function wordsOf(tokens: readonly ScoredToken[], aggregation: Exclude<Aggregation, 'simple'>): LabelledUnit[] {
  const words: ScoredToken[][] = [];
  for (const token of tokens)
    if (token.continues && words.length > 0) words.at(-1)!.push(token);
    else words.push([token]);
  return words.map(word => unitOf(word, aggregation));
}

function unitOf(word: readonly ScoredToken[], aggregation: Exclude<Aggregation, 'simple'>): LabelledUnit {
  const scores = wordScores(word, aggregation);
  const label = argMaxOf(scores);
  return { label, score: scores[label]!, start: word[0]!.start, end: word.at(-1)!.end };
}

function wordScores(word: readonly ScoredToken[], aggregation: Exclude<Aggregation, 'simple'>): ArrayLike<number> {
  if (aggregation === 'first') return word[0]!.scores;
  const certainty = ({ scores }: ScoredToken) => scores[argMaxOf(scores)]!;
  if (aggregation === 'max') return word.reduce((a, b) => (certainty(b) > certainty(a) ? b : a)).scores;
  return word[0]!.scores.map((_, k) => word.reduce((sum, { scores }) => sum + scores[k]!, 0) / word.length);
}

function argMaxOf(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

/** Joins neighbours of one tag; a tag that begins with `B-` begins a span. */
function spansOf(units: readonly LabelledUnit[], labels: readonly string[], text: string): LabelledSpan[] {
  const groups: LabelledUnit[][] = [];
  for (const unit of units) {
    const last = groups.at(-1)?.at(-1);
    const tag = tagOf(labels[unit.label]!);
    const continues = last !== undefined && !tag.begins && tagOf(labels[last.label]!).name === tag.name;
    if (continues) groups.at(-1)!.push(unit);
    else groups.push([unit]);
  }
  return groups.map(group => {
    const [start, end] = [group[0]!.start, group.at(-1)!.end];
    const score = group.reduce((sum, unit) => sum + unit.score, 0) / group.length;
    const name = labels[group[0]!.label]!;
    return { label: name.slice(name.indexOf('-') + 1), score, start, end, text: text.slice(start, end) };
  });
}

/** A tag without its first letter; a label of another form continues a span of the same label. */
function tagOf(label: string): { readonly begins: boolean; readonly name: string } {
  const isTag = label.startsWith('B-') || label.startsWith('I-');
  return { begins: label.startsWith('B-'), name: isTag ? label.slice(2) : label };
}
