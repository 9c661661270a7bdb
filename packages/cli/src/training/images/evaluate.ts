import { yieldToEventLoop } from '@residual/base';
import { matMul, tensor, tidy } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { percent } from '../../terminal/format.js';
import { writePlain } from './augment.js';
import { imageVectors, type PictureWordModel, textVectors } from './objective.js';
import type { Concept } from './picture-sets.js';
import type { LabelledPicture, PictureSplit } from './split.js';
import { encodeTexts } from './texts.js';

/** How often the right label is the first, and among the five first, of a test. */
export interface TestResult {
  readonly test: string;
  readonly pictures: number;
  readonly labels: number;
  readonly first: number;
  readonly inFive: number;
}

/** The pictures of a test, each with the number of labels that are more similar to it than its own. */
export interface RankedPictures {
  readonly test: string;
  readonly concepts: readonly number[];
  readonly ranks: readonly number[];
  /** The number of labels to choose from. */
  readonly labels: number;
}

/** What tests need. */
export interface TestContext extends PictureWordModel {
  readonly concepts: readonly Concept[];
  readonly tokenizer: Tokenizer;
  /** The size of the stored pictures. */
  readonly from: number;
  /** The size of the pictures that the model sees. */
  readonly size: number;
  readonly maxLength: number;
  readonly signal: AbortSignal;
}

/** The names of the tests, what they ask, and which concepts' labels they choose from. */
const questions = {
  unseenStyle: ['emoji in a style never seen', 'emoji'],
  unseenConcepts: ['emoji never seen, among those', 'own'],
  newDrawings: ['new drawings of drawn words', 'drawing'],
  unseenDrawings: ['drawings of words never drawn', 'drawing'],
} as const;

/** Names pictures by the label with the most similar vector, at most `limit` pictures of each test. */
export async function testPictures(
  split: Pick<PictureSplit, 'tests'>,
  context: TestContext,
  limit: number,
): Promise<TestResult[]> {
  return (await rankPictures(split, context, limit)).map(resultOf);
}

/** Ranks the own label of pictures among the labels of each test, at most `limit` pictures of each. */
export async function rankPictures(
  { tests }: Pick<PictureSplit, 'tests'>,
  context: TestContext,
  limit: number,
): Promise<RankedPictures[]> {
  const results: RankedPictures[] = [];
  for (const [name, [test, choice]] of Object.entries(questions)) {
    const all = tests[name as keyof typeof questions];
    if (all.length === 0) continue;
    const step = Math.max(1, Math.ceil(all.length / limit));
    const pictures = all.filter((_, i) => i % step === 0);
    const { concepts } = context;
    const choices =
      choice === 'own'
        ? [...new Set(all.map(({ concept }) => concept))]
        : concepts.flatMap(({ kind }, i) => (kind === choice ? [i] : []));
    const ranks = await ranksOf(pictures, choices, context);
    results.push({ test, concepts: pictures.map(({ concept }) => concept), ranks, labels: choices.length });
  }
  return results;
}

/** The shares of ranked pictures whose label is the first, or among the first five. */
export function resultOf({ test, ranks, labels }: Omit<RankedPictures, 'concepts'>): TestResult {
  const share = (most: number) => ranks.filter(rank => rank < most).length / ranks.length;
  return { test, pictures: ranks.length, labels, first: share(1), inFive: share(5) };
}

/** How many labels are more similar to each picture than its own. */
async function ranksOf(
  pictures: readonly LabelledPicture[],
  choices: readonly number[],
  { layer, weights, concepts, tokenizer, from: stored, size, maxLength, signal }: TestContext,
): Promise<number[]> {
  const texts = choices.map(concept => concepts[concept]!.texts[0]!);
  const labels = textVectors(layer, weights, encodeTexts(tokenizer, texts, maxLength));
  const ranks: number[] = [];
  try {
    for (let from = 0; from < pictures.length; from += 128) {
      await yieldToEventLoop(signal);
      const batch = pictures.slice(from, from + 128);
      const pixels = new Float32Array(batch.length * size * size * 3);
      for (const [i, picture] of batch.entries())
        writePlain(picture, stored, { values: pixels, offset: i * size * size * 3, size });
      const similarities = tidy(() =>
        matMul(imageVectors(layer, weights, tensor(pixels, [batch.length, size, size, 3])), labels, {
          transposeB: true,
        }),
      );
      const values = await similarities.data();
      similarities.dispose();
      for (const [i, { concept }] of batch.entries()) {
        const row = values.subarray(i * choices.length, (i + 1) * choices.length);
        const own = row[choices.indexOf(concept)]!;
        let rank = 0;
        for (const value of row) if (value > own) rank++;
        ranks.push(rank);
      }
    }
  } finally {
    labels.dispose();
  }
  return ranks;
}

/** Results as a table in Markdown. */
export function resultTable(results: readonly TestResult[]): string {
  return [
    '| pictures | count | labels | first | in five |',
    '|---|---|---|---|---|',
    ...results.map(
      ({ test, pictures, labels, first, inFive }) =>
        `| ${test} | ${pictures} | ${labels} | ${percent(first)} | ${percent(inFive)} |`,
    ),
  ].join('\n');
}
