import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tokenizerFromJson } from '@residual/tokenizer';
import type { Line } from '../lines.js';
import { lowerQuartile } from '../measure.js';
import { type BenchProcess, startProcess } from '../process.js';
import { translatorFolder } from './checkpoint.js';
import type { Sentence, TranslateSettings } from './translator.js';

/** The name of the translator for `--shape`. */
export const translatorShape = 'en-fr';

const rounds = 5;
const ways = [
  { batch: 1, numBeams: 1, goal: 1 },
  { batch: 32, numBeams: 1, goal: 0.666 },
  { batch: 1, numBeams: 4, goal: 1 },
  { batch: 32, numBeams: 4, goal: 0.666 },
] as const;

/**
 * Measures the translation of the golden sentences compared with onnxruntime-web: one by one and in batches, greedy and
 * with 4 beams.
 */
export async function translationOnWasm(shape?: string): Promise<Line[]> {
  if (shape !== undefined && shape !== translatorShape) return [];
  const folder = await translatorFolder();
  const sentences = await sentencesOf(folder);
  const names = ['residual', 'onnxruntime-web'] as const;
  const subjects = new Map<string, BenchProcess>(
    names.map(name => [name, startProcess('./translation-child.js', name)]),
  );
  try {
    for (const { call } of subjects.values()) await call('load', folder);
    const lines: Line[] = [];
    const greedy: Record<number, number> = {};
    for (const { batch, numBeams, goal } of ways) {
      const [ourValue, peerValue] = await measureTimes(subjects, sentences, { batch, numBeams });
      const what = `en-fr: ${numBeams === 1 ? 'greedy' : `${numBeams} beams`}, ${batch === 1 ? 'one by one' : `${batch} at once`}, ms a sentence`;
      lines.push({
        what,
        unit: 'ms',
        ourValue: ourValue!,
        peer: names[1],
        peerValue: peerValue!,
        ratio: ourValue! / peerValue!,
        goal,
      });
      if (numBeams === 1) greedy[batch] = ourValue!;
      else if (batch === 1)
        lines.push({
          what: `en-fr: ${numBeams} beams beside greedy, one by one, ms a sentence`,
          unit: 'ms',
          ourValue: ourValue!,
          peer: 'ours, greedy',
          peerValue: greedy[batch]!,
          ratio: ourValue! / greedy[batch]!,
          goal: 2.5,
        });
    }
    const [ourPeak, peerPeak] = await Promise.all(
      names.map(async name => (await subjects.get(name)!.call('peak')) / 1e6),
    );
    lines.push({
      what: 'en-fr: peak memory, MB',
      unit: 'MB',
      ourValue: ourPeak!,
      peer: names[1],
      peerValue: peerPeak!,
      ratio: ourPeak! / peerPeak!,
    });
    return lines;
  } finally {
    for (const { close } of subjects.values()) await close();
  }
}

/**
 * Milliseconds per sentence of each subject. The subjects alternate; a first round warms up and checks that all write
 * the same tokens.
 */
async function measureTimes(
  subjects: ReadonlyMap<string, BenchProcess>,
  sentences: readonly Sentence[],
  settings: TranslateSettings,
): Promise<number[]> {
  const times = [...subjects.keys()].map(() => [] as number[]);
  const texts = new Set<string>();
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { call }] of [...subjects.values()].entries()) {
      const result: { tokens: number[][]; milliseconds: number } = await call('translate', sentences, settings);
      if (round === 0) texts.add(JSON.stringify(result.tokens));
      else times[i]!.push(result.milliseconds / sentences.length);
    }
  }
  if (texts.size > 1) throw new Error(`bench: ${[...subjects.keys()].join(' and ')} do not write the same tokens`);
  return times.map(lowerQuartile);
}

/** The golden sentences with their tokens. */
async function sentencesOf(folder: string): Promise<Sentence[]> {
  const golden = fileURLToPath(new URL('../../../fixtures/models/en-fr/golden.json', import.meta.url));
  const { examples } = JSON.parse(await readFile(golden, 'utf8')) as { examples: { en: string }[] };
  const tokenizer = tokenizerFromJson(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
  return examples.map(({ en }) => ({ text: en, tokens: tokenizer.encode(en).ids }));
}
