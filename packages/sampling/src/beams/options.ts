import { expectNumber, expectOption, expectPositive, expectWhole, tokenIds } from '../errors.js';
import type { PipelineOptions, ProcessorOptions } from '../options.js';
import { expectKnown, filterNames, pipeline } from '../pipeline.js';
import type { Processor } from '../processor.js';

interface SearchOptions {
  /** How many texts grow side by side for each prompt. */
  readonly beams: number;
  /** How many of them are results, at most `beams`; 1 if not given. */
  readonly returned?: number | undefined;
  /** score = sum of log-probabilities / newTokens^lengthPenalty: above 0 long texts gain, below 0 short ones; 1 if not given. */
  readonly lengthPenalty?: number | undefined;
  /**
   * When a prompt is done. true: as soon as `beams` texts have ended. false, if not given: when the best beam, ended here, would not
   * be better than the worst of them. 'never': when it could not become better at any length.
   */
  readonly earlyStopping?: boolean | 'never' | undefined;
  /** What the rows of a finished prompt take; the first of `eos` if not given, else 0. */
  readonly pad?: number | undefined;
}

/** How many tokens may follow each prompt, or how many there may be with it; of both the stricter holds. */
type Limit =
  | { readonly maxNewTokens: number; readonly maxLength?: number | undefined }
  | { readonly maxNewTokens?: undefined; readonly maxLength: number };

/** Groups of equal size that find different texts: a token that an earlier group takes in a step costs a later one the penalty. */
type Groups =
  | { readonly groups: number; readonly diversityPenalty: number }
  | { readonly groups?: 1 | undefined; readonly diversityPenalty?: undefined };

/** What `beamSearch` takes: its own settings, and all of `pipeline` but what concerns a draw. */
export type BeamOptions = ProcessorOptions & SearchOptions & Limit & Groups;

/** Options, checked and complete. */
export interface Settings {
  readonly beams: number;
  readonly returned: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
  readonly pad: number;
  readonly maxNewTokens: number;
  readonly maxLength: number;
  readonly groups: number;
  /** Beams of one group. */
  readonly size: number;
  readonly diversityPenalty: number;
  readonly ends: ReadonlySet<number>;
  /** How many continuations of a group are looked at: enough to go on with `size` of them whichever end. */
  readonly count: number;
  /** The processors before and after the penalty of diversity. */
  readonly before: readonly Processor[];
  readonly after: readonly Processor[];
}

/** Checks the options; throws for an unknown or unfit one. */
export function settingsOf(options: BeamOptions): Settings {
  const { beams, returned = 1, lengthPenalty = 1, earlyStopping = false, groups = 1, eos, ...others } = options;
  const { pad, maxNewTokens, maxLength, diversityPenalty, sequenceBias, ...processors } = others;
  const own = 'beams returned lengthPenalty earlyStopping pad maxNewTokens maxLength groups diversityPenalty'.split(
    ' ',
  );
  expectKnown(options, ...own);
  for (const name of ['temperature', ...filterNames()]) {
    const value = (options as PipelineOptions)[name as keyof PipelineOptions];
    expectOption(value === undefined, name, value, 'left out: beams are searched for, not drawn');
  }
  expectWhole('beams', beams, 1);
  expectWhole('returned', returned, 1);
  expectOption(returned <= beams, 'returned', returned, `at most beams, ${beams}`);
  expectNumber(Number.isFinite(lengthPenalty), 'lengthPenalty', lengthPenalty, 'a finite number');
  const stops = earlyStopping === 'never' || typeof earlyStopping === 'boolean';
  expectOption(stops, 'earlyStopping', earlyStopping, "true, false or 'never'");
  expectLimit(maxNewTokens, maxLength);
  expectWhole('groups', groups, 1);
  expectOption(beams % groups === 0, 'groups', groups, `a divisor of beams, ${beams}`);
  if (groups > 1) expectPositive('diversityPenalty', diversityPenalty as number);
  else {
    const need = 'left out, or given beside 2 groups or more';
    expectOption(diversityPenalty === undefined, 'diversityPenalty', diversityPenalty, need);
  }
  if (pad !== undefined) expectWhole('pad', pad, 0);
  const ends = eos === undefined ? [] : tokenIds('eos', eos);
  const size = beams / groups;
  return {
    beams,
    returned,
    lengthPenalty,
    earlyStopping,
    pad: pad ?? ends[0] ?? 0,
    maxNewTokens: maxNewTokens ?? Infinity,
    maxLength: maxLength ?? Infinity,
    groups,
    size,
    diversityPenalty: diversityPenalty ?? 0,
    ends: new Set(ends),
    count: Math.max(2, 1 + ends.length) * size,
    before: pipeline({ sequenceBias }),
    after: pipeline({ ...processors, eos } as PipelineOptions),
  };
}

function expectLimit(maxNewTokens: number | undefined, maxLength: number | undefined): void {
  const given = maxNewTokens !== undefined || maxLength !== undefined;
  expectOption(given, 'maxNewTokens', undefined, 'given, or maxLength: something has to end a text');
  if (maxNewTokens !== undefined) expectWhole('maxNewTokens', maxNewTokens, 0);
  if (maxLength !== undefined) expectWhole('maxLength', maxLength, 1);
}
