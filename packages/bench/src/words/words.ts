import { readFixtureText } from '@residual/testkit/read-fixture';
import {
  analogy,
  evaluateAnalogies,
  nearest,
  parseAnalogies,
  type QuestionCategory,
  unitRow,
  vectorTable,
  type WordVectors,
  wordVectors,
} from '@residual/word-vectors';
import { englishWords } from '@residual/word-vectors-en';
import { type Line, lineOf } from '../comparison/line.js';
import { passesOver } from '../machine/passes.js';
import { stockSearch } from './stock.js';

const rounds = 60;

/**
 * Measures a search among 50,000 int8 vectors of 100 dimensions, compared with one pass over the table and with stock
 * TensorFlow.js, and the whole analogy set.
 */
export async function* wordsOnWasm(shape?: string): AsyncGenerator<Line[]> {
  if (shape !== undefined) return;
  const vectors = await wordVectors(englishWords);
  const questions = parseAnalogies(readFixtureText('analogies/questions-words.txt'));
  yield await queryLines(vectors);
  yield await analogyLines(vectors, questions);
}

async function queryLines(vectors: WordVectors): Promise<Line[]> {
  const { words, dims, data } = vectors;
  const passes = passesOver(data as Int8Array);
  const units = Float32Array.from(words.flatMap((_, row) => [...unitRow(vectors, row)]));
  const stock = await stockSearch(units, dims);
  let round = 0;
  const query = () => unitRow(vectors, (round * 7919 + 13) % words.length);
  const tasks: Record<string, () => unknown> = {
    ours: () => nearest(vectors, query(), { topN: 10 }),
    'one pass, typed array': passes.typedArray,
    'one pass, SIMD sum of int8': passes.simdSum,
    'one pass, SIMD loads alone': passes.simdLoad,
    tfjs: () => stock.nearest(Float32Array.from(query()), 10),
  };
  const times = new Map(Object.keys(tasks).map(name => [name, [] as number[]]));
  const ourRows = nearest(vectors, query(), { topN: 10 }).map(({ row }) => row);
  const peerRows = await stock.nearest(Float32Array.from(query()), 10);
  if (ourRows.join() !== peerRows.join()) throw new Error(`bench: ours finds ${ourRows}, tfjs ${peerRows}`);
  for (; round < rounds + 20; round++)
    for (const [name, task] of Object.entries(tasks)) {
      await task(); // so that each task finds its own data in the caches
      for (let i = 0; i < 3; i++) {
        const start = performance.now();
        await task();
        if (round >= 20) times.get(name)!.push(performance.now() - start);
      }
    }
  stock.close();
  const { ours, ...peers } = Object.fromEntries(times);
  const goals: Record<string, number> = { 'one pass, typed array': 1.3, tfjs: 0.2 };
  const what = '50,000 x 100 int8: ten nearest words, ms';
  return Object.entries(peers).map(([peer, all]) =>
    lineOf({ what, ours: ours!, peer, peers: all, goal: goals[peer], ...(peer === 'tfjs' && { notes: ['float32'] }) }),
  );
}

async function analogyLines(vectors: WordVectors, questions: readonly QuestionCategory[]): Promise<Line[]> {
  const seconds: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    await evaluateAnalogies(vectors, questions);
    seconds.push((performance.now() - start) / 1000);
  }
  const different = 100 * (1 - (await agreement(vectors, questions)));
  const what = 'questions whose first word float32 and int8 do not share, %';
  return [
    lineOf({ what: '19,544 analogy questions, s', ours: seconds, peer: 'a minute', peers: [60], goal: 1 }),
    lineOf({ what, ours: [different], peer: 'one percent', peers: [1], goal: 1 }),
  ];
}

/**
 * The share of covered questions to which a float32 table gives the same first word as the int8 table. The float32
 * table holds the original vectors of the folder in `RESIDUAL_FLOAT32_WORDS`, or else the int8 vectors converted to
 * float32, which compares only the arithmetic.
 */
async function agreement(vectors: WordVectors, questions: readonly QuestionCategory[]): Promise<number> {
  const { words, dims, data, scale } = vectors;
  const folder = process.env.RESIDUAL_FLOAT32_WORDS;
  const other = folder
    ? await wordVectors(folder)
    : vectorTable({ words, data: Float32Array.from(data, (value, i) => value * scale![Math.floor(i / dims)]!) });
  let [covered, same] = [0, 0];
  for (const question of questions.flatMap(category => category.questions)) {
    const [a, b, c, d] = question.map(word => word.toLowerCase()) as [string, string, string, string];
    if (![a, b, c, d].every(word => vectors.rows.has(word))) continue;
    if (++covered % 8 !== 0) continue; // an eighth of the questions is enough
    const [one, two] = [vectors, other].map(table => analogy(table, a, b, c, { topN: 1 })[0]!.word);
    if (one === two) same++;
  }
  return same / Math.floor(covered / 8);
}
