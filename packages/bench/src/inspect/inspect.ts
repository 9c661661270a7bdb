import type { Model } from '@residual/model';
import { processorTime } from '@residual/testkit/processor-time';
import { type Line, lineOf } from '../comparison/line.js';
import { checkpointOf } from '../generation/checkpoint.js';
import { type ShapeName, shapes } from '../generation/shape.js';

/** The bundles of `subject.ts`: the packages as they are, and with layers that have no taps. */
type Subject = 'taps' | 'bare';

/** One measurement: tokens of the prompt, and how often it is done. */
interface Part {
  readonly shape: ShapeName;
  readonly prompt: number;
  /** New tokens of a text; 0 for passes over the prompt alone. */
  readonly count: number;
  readonly rounds: number;
  /** How often the work is done in a round; the shortest time counts. */
  readonly repeats: number;
}

const parts: readonly Part[] = [
  { shape: 'stories', prompt: 32, count: 32, rounds: 31, repeats: 3 },
  { shape: 'gpt2-empty', prompt: 8, count: 64, rounds: 31, repeats: 8 },
  { shape: 'stories', prompt: 32, count: 0, rounds: 31, repeats: 8 },
  { shape: 'gpt2-empty', prompt: 8, count: 0, rounds: 31, repeats: 64 },
];

/** The highest ratio of processor times that counts as none. */
const goal = 1.02;

/**
 * What it costs that every layer can be tapped while nobody asks: the same texts and passes with the packages as they
 * are, `@residual/inspect` loaded, and with layers that have no taps. Both run in this process, in turns.
 */
export async function* inspectOnWasm(shape?: string): AsyncGenerator<Line[]> {
  await import('@residual/backend-wasm');
  for (const part of parts.filter(each => shape === undefined || each.shape === shape)) yield [await measurePart(part)];
}

async function measurePart(part: Part): Promise<Line> {
  const folder = await checkpointOf(part.shape);
  const models = new Map<Subject, Model>();
  const times = { taps: [] as number[], bare: [] as number[] };
  try {
    for (const name of ['taps', 'bare'] as const) models.set(name, await load(name, folder));
    const texts = await Promise.all([...models.values()].map(model => work(model, part)));
    if (texts[0] !== texts[1]) throw new Error('bench: the two do not compute the same');
    for (let round = 0; round < part.rounds; round++)
      for (const name of round % 2 === 0 ? (['taps', 'bare'] as const) : (['bare', 'taps'] as const)) {
        const model = models.get(name)!;
        let shortest = Number.POSITIVE_INFINITY; // other load on the machine makes some of them longer
        for (let i = 0; i < part.repeats; i++)
          shortest = Math.min(shortest, await processorTime(() => work(model, part)));
        times[name].push(shortest);
      }
  } finally {
    for (const model of models.values()) model.dispose();
  }
  const { shape, prompt, count } = part;
  const what = count > 0 ? `text of ${prompt} + ${count}` : `pass over ${prompt}`;
  const line = { what: `${shape}: ${what}, processor ms`, ours: times.taps, peer: 'no taps', peers: times.bare };
  return lineOf({ ...line, goal, notes: ['taps'] });
}

async function load(name: Subject, folder: string): Promise<Model> {
  const bundle = new URL(`./inspect-${name}.js`, import.meta.url).href;
  const { loadModel } = (await import(bundle)) as { loadModel(source: string): Promise<Model> };
  return loadModel(folder);
}

/** Writes a text, or runs a pass; returns the tokens or the last logits. */
async function work(model: Model, { shape, prompt, count }: Part): Promise<string> {
  const ids = Array.from({ length: prompt }, (_, i) => (i * 7919 + 13) % shapes[shape].vocab_size);
  if (count === 0) return (await model.forward(ids)).logits.data.slice(-8).join();
  return (await model.generate(ids, { temperature: 0, eosTokenId: [], maxNewTokens: count }).result()).tokens.join();
}
