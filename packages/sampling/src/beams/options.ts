import { endTokenIds, expectInteger, expectOption, expectPositive } from '../errors.js';
import type { PipelineOptions, ProcessorOptions } from '../options.js';
import { expectOptionNames, filterNames, pipeline } from '../pipeline.js';
import type { Processor } from '../processor.js';

interface SearchOptions {
  /** How many beams the search keeps for each prompt. */
  readonly numBeams: number;
  /** How many texts it returns for each prompt, at most `numBeams`; default 1. */
  readonly numReturnSequences?: number | undefined;
  /**
   * score = sum of log-probabilities / newTokens^lengthPenalty, default 1: above 0 favors long texts, below 0 short.
   */
  readonly lengthPenalty?: number | undefined;
  /**
   * When the search of a prompt stops. true: as soon as `numBeams` texts are finished. false, the default: when the
   * best beam, finished now, would not be better than the worst of them. 'never': when it could not become better at
   * any length.
   */
  readonly earlyStopping?: boolean | 'never' | undefined;
  /** The token that rows of a finished prompt take; default the first of `eosTokenId`, else 0. */
  readonly padTokenId?: number | undefined;
}

/** How many tokens may follow each prompt, or how many a text may have with it; the stricter limit holds. */
type LengthLimit =
  | { readonly maxNewTokens: number; readonly maxLength?: number | undefined }
  | { readonly maxNewTokens?: undefined; readonly maxLength: number };

/**
 * Diverse beam search: groups of equal size; a token that an earlier group chose in a step costs a later one the
 * penalty.
 */
type GroupOptions =
  | { readonly numBeamGroups: number; readonly diversityPenalty: number }
  | { readonly numBeamGroups?: 1 | undefined; readonly diversityPenalty?: undefined };

/** The options of `beamSearch`: its own, and those of `pipeline` without temperature and filters. */
export type BeamOptions = ProcessorOptions & SearchOptions & LengthLimit & GroupOptions;

/** The options, checked and with defaults. */
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
  /** How many continuations of a group are considered: enough that `groupSize` of them continue, whichever end. */
  readonly candidatesPerGroup: number;
  /** The processors that run before the diversity penalty. */
  readonly processorsBeforePenalty: readonly Processor[];
  /** The processors that run after the diversity penalty. */
  readonly processorsAfterPenalty: readonly Processor[];
}

/** Checks the options and fills in defaults; throws for an unknown option or a value out of range. */
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
  expectOptionNames(
    options,
    'numBeams',
    'numReturnSequences',
    'lengthPenalty',
    'earlyStopping',
    'padTokenId',
    'maxNewTokens',
    'maxLength',
    'numBeamGroups',
    'diversityPenalty',
  );
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
  expectOption(Number.isFinite(lengthPenalty), 'lengthPenalty', lengthPenalty, 'a finite number');
  const stops = earlyStopping === 'never' || typeof earlyStopping === 'boolean';
  expectOption(stops, 'earlyStopping', earlyStopping, "true, false or 'never'");
  expectOption(
    (maxNewTokens ?? maxLength) !== undefined,
    'maxNewTokens',
    undefined,
    'given, or maxLength: a text needs a limit',
  );
  expectInteger('maxNewTokens', maxNewTokens ?? 0, 0);
  expectInteger('maxLength', maxLength ?? 1, 1);
  expectInteger('numBeamGroups', numBeamGroups, 1);
  expectOption(numBeams % numBeamGroups === 0, 'numBeamGroups', numBeamGroups, `a divisor of numBeams, ${numBeams}`);
  if (numBeamGroups > 1) expectPositive('diversityPenalty', diversityPenalty as number);
  else {
    const need = 'left out, or given beside numBeamGroups of 2 or more';
    expectOption(diversityPenalty === undefined, 'diversityPenalty', diversityPenalty, need);
  }
  expectInteger('padTokenId', padTokenId ?? 0, 0);
  const ends = endTokenIds(eosTokenId);
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
