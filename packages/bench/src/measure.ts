import type { SubjectName, SubjectRunner } from './subject-runner.js';

/** Times in milliseconds, and peak memory in bytes, of one subject for one shape. */
export interface Measurement {
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
 * Lets every subject load and generate the same text. The subjects alternate in each round, so that other load on the
 * machine affects all alike. Returns the lower quartile over all rounds, which short disturbances do not change. A
 * first round warms up and checks that all write the same tokens.
 */
export async function measure(
  benches: ReadonlyMap<SubjectName, SubjectRunner>,
  source: string,
  { prompt, count, rounds }: MeasureOptions,
  vocab: number,
): Promise<Map<SubjectName, Measurement>> {
  const ids = Array.from({ length: prompt }, (_, i) => (i * 7919 + 13) % vocab);
  const loadMeasurements = new Map<SubjectName, Pick<Measurement, 'load' | 'peak'>>();
  const texts = new Map<string, SubjectName>();
  for (const [name, bench] of benches) {
    const load = await bench.load(source);
    texts.set((await bench.generate(ids, count)).tokens.join(), name);
    loadMeasurements.set(name, { load, peak: await bench.peak() });
  }
  if (texts.size > 1) throw new Error(`bench: ${[...texts.values()].join(' and ')} do not write the same tokens`);
  const times = new Map([...benches.keys()].map(name => [name, { prefill: [] as number[], decode: [] as number[] }]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, bench] of benches) {
      const { prefill, steps } = await bench.generate(ids, count);
      times.get(name)!.prefill.push(prefill);
      times.get(name)!.decode.push(...steps);
    }
  }
  return new Map(
    [...times].map(([name, { prefill, decode }]) => [
      name,
      { ...loadMeasurements.get(name)!, prefill: lowerQuartile(prefill), decode: lowerQuartile(decode) },
    ]),
  );
}

/** The lower quartile of some numbers. */
export function lowerQuartile(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)]!;
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}
