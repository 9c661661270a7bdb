import { ResidualError } from '@residual/base';
import { nearestRows } from './nearest.js';
import { maxQueries } from './scan.js';
import { unitRow, type WordVectors } from './table.js';
import { addTo, unitOf } from './vector.js';

/** `a` is to `b` as `c` is to `d`. */
export type Question = readonly [a: string, b: string, c: string, d: string];

/** The questions of one category. */
export interface QuestionCategory {
  readonly name: string;
  readonly questions: readonly Question[];
}

/** The number of correct answers. */
export interface Tally {
  /** Questions whose four words are all in the vocabulary. */
  readonly covered: number;
  readonly correct: number;
  readonly total: number;
  /** correct / covered, 0 to 1; 0 if none is covered. */
  readonly accuracy: number;
}

/** The results over all questions and by category. */
export interface AnalogyReport extends Tally {
  readonly categories: readonly (Tally & { readonly name: string })[];
}

/** Settings of an evaluation. */
export interface EvaluateOptions {
  /** Ends the evaluation before the next batch. */
  readonly signal?: AbortSignal;
  /** Called after each batch of questions. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Parses questions in the format of word2vec's `questions-words.txt`: lines `: CATEGORY` and lines of four words.
 * Errors name the line.
 */
export function parseAnalogies(text: string): QuestionCategory[] {
  const categories: { name: string; questions: Question[] }[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '') continue;
    if (words[0]!.startsWith(':')) {
      categories.push({ name: line.trim().replace(/^:\s*/, ''), questions: [] });
      continue;
    }
    if (words.length !== 4)
      throw new ResidualError('file', `parseAnalogies: line ${i + 1} has ${words.length} words; a question has 4`);
    if (categories.length === 0) categories.push({ name: 'questions', questions: [] });
    categories.at(-1)!.questions.push(words as unknown as Question);
  }
  if (!categories.some(({ questions }) => questions.length > 0))
    throw new ResidualError('file', 'parseAnalogies: there are no questions');
  return categories;
}

/**
 * The accuracy on analogy questions, answered by the word nearest to b - a + c of unit vectors, without the three words
 * of the question (Mikolov et al. 2013). A word that is not in the vocabulary is looked up in lower case.
 */
export async function evaluateAnalogies(
  vectors: WordVectors,
  categories: readonly QuestionCategory[],
  { signal, onProgress }: EvaluateOptions = {},
): Promise<AnalogyReport> {
  const all = categories.flatMap(({ questions }, category) =>
    questions.flatMap(question => {
      const rows = question.map(word => vectors.rows.get(word) ?? vectors.rows.get(word.toLowerCase()));
      return rows.includes(undefined) ? [] : [{ category, rows: rows as number[] }];
    }),
  );
  const covered = categories.map(() => 0);
  const correct = categories.map(() => 0);
  const batchSize = 8 * maxQueries;
  for (let from = 0; from < all.length; from += batchSize) {
    const batch = all.slice(from, from + batchSize);
    const predictions = predict(vectors, batch);
    for (const [i, { category, rows }] of batch.entries()) {
      covered[category]!++;
      if (predictions[i] === rows[3]) correct[category]!++;
    }
    onProgress?.({ done: from + batch.length, total: all.length });
    await new Promise(resolve => setTimeout(resolve)); // yields to the event loop
    signal?.throwIfAborted();
  }
  const tally = (own: readonly number[], right: readonly number[], total: number): Tally => {
    const [sum, good] = [own.reduce((a, b) => a + b, 0), right.reduce((a, b) => a + b, 0)];
    return { covered: sum, correct: good, total, accuracy: sum > 0 ? good / sum : 0 };
  };
  return {
    ...tally(
      covered,
      correct,
      categories.reduce((sum, { questions }) => sum + questions.length, 0),
    ),
    categories: categories.map(({ name, questions }, i) => ({
      name,
      ...tally([covered[i]!], [correct[i]!], questions.length),
    })),
  };
}

/** For each question the row of the word nearest to b - a + c. */
function predict(vectors: WordVectors, batch: readonly { rows: readonly number[] }[]): (number | undefined)[] {
  const units = batch.map(({ rows: [a, b, c] }) => {
    const sum = unitRow(vectors, b!);
    addTo(sum, unitRow(vectors, a!), -1);
    addTo(sum, unitRow(vectors, c!));
    return unitOf(sum);
  });
  const excluded = batch.map(({ rows }) => new Set(rows.slice(0, 3)));
  return nearestRows(vectors, units, 1, excluded).map(ranked => ranked[0]?.row);
}
