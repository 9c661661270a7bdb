import { isExact, parseSubject, type SubjectName, type SubjectRunner } from './subject-runner.js';

/** All measurements of one subject for one shape: times in milliseconds, peak memory in bytes. */
export interface Measurement {
  readonly load: readonly number[];
  readonly peak: readonly number[];
  readonly prefill: readonly number[];
  readonly decode: readonly number[];
  readonly text: readonly number[];
}

/** A quantity that is measured. */
export type Quantity = keyof Measurement;

/** Settings of a measurement. */
export interface MeasureOptions {
  /** Tokens of the prompt. */
  readonly prompt: number;
  /** Tokens that are generated one by one, for the times of prefill and decode. */
  readonly count: number;
  /** Tokens of a whole text; none by default, if whole texts are not measured. */
  readonly textCount?: number;
  readonly rounds: number;
}

/** Starts a subject in its own process or page. */
export type StartSubject = (name: SubjectName) => Promise<SubjectRunner>;

const processRounds = 3;

/**
 * Lets every subject load the same file and generate the same texts. Load time and peak memory are measured three
 * times, each time in a new process or page that writes one text. All other times come from one process for each
 * subject: the subjects alternate in each round, so that other load on the machine affects all alike. A first round
 * warms up and checks that all subjects that are exact write the same tokens.
 */
export async function measure(
  start: StartSubject,
  names: readonly SubjectName[],
  source: string,
  { prompt, count, textCount = 0, rounds }: MeasureOptions,
  { vocab, quantities }: { readonly vocab: number; readonly quantities: readonly Quantity[] },
): Promise<Map<SubjectName, Measurement>> {
  const ids = Array.from({ length: prompt }, (_, i) => (i * 7919 + 13) % vocab);
  const all = new Map(names.map(name => [name, emptyMeasurement()]));
  const measuresProcesses = quantities.includes('load') || quantities.includes('peak');
  for (let round = 0; measuresProcesses && round < processRounds; round++) {
    for (const [name, { load, peak }] of all) {
      await withRunner(start, name, async runner => {
        load.push(await runner.load(source));
        await runner.generate(ids, count);
        peak.push(await runner.peak());
      });
    }
  }
  const runners = new Map<SubjectName, SubjectRunner>();
  try {
    for (const name of names) runners.set(name, await start(name));
    for (const runner of runners.values()) await runner.load(source);
    for (let round = 0; round <= rounds; round++) {
      const [greedy, drawn] = [new Map<string, SubjectName>(), new Map<string, SubjectName>()];
      for (const [name, runner] of runners) {
        const { tokens, prefill, steps } = await runner.generate(ids, count);
        const text = textCount > 0 && samples(name) ? await runner.sample(ids, textCount) : undefined;
        if (isExact(name)) greedy.set(String(tokens), name);
        if (isExact(name) && text) drawn.set(String(text.tokens), name);
        if (round === 0) continue;
        const measurement = all.get(name)!;
        measurement.prefill.push(prefill);
        measurement.decode.push(...steps);
        if (text) measurement.text.push(text.milliseconds);
      }
      for (const texts of [greedy, drawn])
        if (texts.size > 1) throw new Error(`bench: ${[...texts.values()].join(' and ')} do not write the same tokens`);
    }
  } finally {
    for (const runner of runners.values()) await runner.close();
  }
  return all;
}

/** Whether a subject draws tokens with our sampler. */
const samples = (name: SubjectName) => {
  const { library } = parseSubject(name);
  return !['llama.cpp', 'transformers.js', 'the machine'].includes(library);
};

const emptyMeasurement = () => ({
  load: [] as number[],
  peak: [] as number[],
  prefill: [] as number[],
  decode: [] as number[],
  text: [] as number[],
});

async function withRunner(start: StartSubject, name: SubjectName, use: (runner: SubjectRunner) => Promise<void>) {
  const runner = await start(name);
  try {
    await use(runner);
  } finally {
    await runner.close();
  }
}
