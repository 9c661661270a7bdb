import type { Bench, SubjectName } from './machine.js';

/** What one subject took for one shape. */
export interface Measured {
  readonly load: number;
  readonly prefill: number;
  readonly decode: number;
  readonly peak: number | undefined;
}

/** Settings of a measurement. */
export interface MeasureOptions {
  readonly prompt: number;
  readonly count: number;
  readonly rounds: number;
}

/**
 * Lets every subject load and write the same text, one after the other in each round, so that whatever else the machine does meets all alike. Gives the lower
 * quartile of what was taken in all rounds, which a disturbance does not reach. A first round warms up and shows that all write the same tokens.
 */
export async function measure(
  benches: ReadonlyMap<SubjectName, Bench>,
  source: string,
  { prompt, count, rounds }: MeasureOptions,
  vocab: number,
): Promise<Map<SubjectName, Measured>> {
  const ids = Array.from({ length: prompt }, (_, i) => (i * 7919 + 13) % vocab);
  const before = new Map<SubjectName, Pick<Measured, 'load' | 'peak'>>();
  const texts = new Map<string, SubjectName>();
  for (const [name, bench] of benches) {
    const load = await bench.load(source);
    texts.set((await bench.write(ids, count)).tokens.join(), name);
    before.set(name, { load, peak: await bench.peak() });
  }
  if (texts.size > 1) throw new Error(`bench: ${[...texts.values()].join(' and ')} do not write the same tokens`);
  const taken = new Map([...benches.keys()].map(name => [name, { prefill: [] as number[], decode: [] as number[] }]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, bench] of benches) {
      const { prefill, steps } = await bench.write(ids, count);
      taken.get(name)!.prefill.push(prefill);
      taken.get(name)!.decode.push(...steps);
    }
  }
  return new Map(
    [...taken].map(([name, { prefill, decode }]) => [
      name,
      { ...before.get(name)!, prefill: lowerQuartile(prefill), decode: lowerQuartile(decode) },
    ]),
  );
}

/** The number that a quarter of some numbers lies below. */
export function lowerQuartile(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)]!;
}

/** The number that half of some numbers lie below. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}
