import { expectInteger, expectNumber, expectOption, expectPositive, tokenIds } from '../errors.js';
import type { PipelineOptions, ProcessorOptions } from '../options.js';
import { expectOptionNames, filterNames, pipeline } from '../pipeline.js';
import type { Processor } from '../processor.js';

interface SearchOptions {
  /** How many texts grow side by side for each prompt. */
  readonly numBeams: number;
  /** How many of them are results, at most `numBeams`; 1 if not given. */
  readonly numReturnSequences?: number | undefined;
  /** score = sum of log-probabilities / newTokens^lengthPenalty: above 0 long texts gain, below 0 short ones; 1 if not given. */
  readonly lengthPenalty?: number | undefined;
  /**
   * When a prompt is done. true: as soon as `numBeams` texts have ended. false, if not given: when the best beam, ended here, would not
   * be better than the worst of them. 'never': when it could not become better at any length.
   */
  readonly earlyStopping?: boolean | 'never' | undefined;
  /** What the rows of a finished prompt take; the first of `eosTokenId` if not given, else 0. */
  readonly padTokenId?: number | undefined;
}

/** How many tokens may follow each prompt, or how many there may be with it; of both the stricter holds. */
type LengthLimit =
  | { readonly maxNewTokens: number; readonly maxLength?: number | undefined }
  | { readonly maxNewTokens?: undefined; readonly maxLength: number };

/** Groups of equal size that find different texts: a token that an earlier group takes in a step costs a later one the penalty. */
type GroupOptions =
  | { readonly numBeamGroups: number; readonly diversityPenalty: number }
  | { readonly numBeamGroups?: 1 | undefined; readonly diversityPenalty?: undefined };

/** What `beamSearch` takes: its own settings, and all of `pipeline` but what concerns a draw. */
export type BeamOptions = ProcessorOptions & SearchOptions & LengthLimit & GroupOptions;

/** Options, checked and complete. */
export interface BeamSettings {
  readonly numBeams: number;
  readonly numReturnSequences: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
  readonly padTokenId: number;
  readonly maxNewTokens: number;
  readonly maxLength: number;
  readonly numBeamGroups: number;
  /** Beams of one group. */
  readonly groupSize: number;
  readonly diversityPenalty: number;
  readonly eosTokenIds: ReadonlySet<number>;
  /** How many continuations of a group are looked at: enough to go on with `groupSize` of them whichever end. */
  readonly candidatesPerGroup: number;
  /** The processors before and after the penalty of diversity. */
  readonly processorsBeforePenalty: readonly Processor[];
  readonly processorsAfterPenalty: readonly Processor[];
}

/** Checks the options; throws for an unknown or unfit one. */
export function settingsOf(options: BeamOptions): BeamSettings {
  const {
    numBeams,
    numReturnSequences = 1,
    lengthPenalty = 1,
    earlyStopping = false,
    numBeamGroups = 1,
    eosTokenId,
    ...others
  } = options;
  const { padTokenId, maxNewTokens, maxLength, diversityPenalty, sequenceBias, ...processors } = others;
  const own =
    'numBeams numReturnSequences lengthPenalty earlyStopping padTokenId maxNewTokens maxLength numBeamGroups diversityPenalty'.split(
      ' ',
    );
  expectOptionNames(options, ...own);
  for (const name of ['temperature', ...filterNames()]) {
    const value = (options as PipelineOptions)[name as keyof PipelineOptions];
    expectOption(value === undefined, name, value, 'left out: beams are searched for, not drawn');
  }
  expectInteger('numBeams', numBeams, 1);
  expectInteger('numReturnSequences', numReturnSequences, 1);
  expectOption(
    numReturnSequences <= numBeams,
    'numReturnSequences',
    numReturnSequences,
    `at most numBeams, ${numBeams}`,
  );
  expectNumber(Number.isFinite(lengthPenalty), 'lengthPenalty', lengthPenalty, 'a finite number');
  const stops = earlyStopping === 'never' || typeof earlyStopping === 'boolean';
  expectOption(stops, 'earlyStopping', earlyStopping, "true, false or 'never'");
  expectLimit(maxNewTokens, maxLength);
  expectInteger('numBeamGroups', numBeamGroups, 1);
  expectOption(numBeams % numBeamGroups === 0, 'numBeamGroups', numBeamGroups, `a divisor of numBeams, ${numBeams}`);
  if (numBeamGroups > 1) expectPositive('diversityPenalty', diversityPenalty as number);
  else {
    const need = 'left out, or given beside numBeamGroups of 2 or more';
    expectOption(diversityPenalty === undefined, 'diversityPenalty', diversityPenalty, need);
  }
  if (padTokenId !== undefined) expectInteger('padTokenId', padTokenId, 0);
  const ends = eosTokenId === undefined ? [] : tokenIds('eosTokenId', eosTokenId);
  const groupSize = numBeams / numBeamGroups;
  return {
    numBeams,
    numReturnSequences,
    lengthPenalty,
    earlyStopping,
    padTokenId: padTokenId ?? ends[0] ?? 0,
    maxNewTokens: maxNewTokens ?? Infinity,
    maxLength: maxLength ?? Infinity,
    numBeamGroups,
    groupSize,
    diversityPenalty: diversityPenalty ?? 0,
    eosTokenIds: new Set(ends),
    candidatesPerGroup: Math.max(2, 1 + ends.length) * groupSize,
    processorsBeforePenalty: pipeline({ sequenceBias }),
    processorsAfterPenalty: pipeline({ ...processors, eosTokenId } as PipelineOptions),
  };
}

function expectLimit(maxNewTokens: number | undefined, maxLength: number | undefined): void {
  const given = maxNewTokens !== undefined || maxLength !== undefined;
  expectOption(given, 'maxNewTokens', undefined, 'given, or maxLength: something has to end a text');
  if (maxNewTokens !== undefined) expectInteger('maxNewTokens', maxNewTokens, 0);
  if (maxLength !== undefined) expectInteger('maxLength', maxLength, 1);
}
