import type { Model } from '@residual/model';
import type { Command } from 'commander';
import { wholeNumber } from '../runtime/option-values.js';
import { type InspectInput, predictingIds } from './prompts.js';
import { tokenLabel, tokenOption } from './tokens.js';

/** The options of `addTargetOptions`. */
export interface TargetOptions {
  readonly target: string;
  readonly against?: string;
  readonly position?: number;
}

/** A logit that is explained, or the difference of two. */
export interface Target {
  readonly target: number;
  readonly against?: number;
  /** The position that predicts. */
  readonly position: number;
  /** What it is, for people. */
  readonly label: string;
}

/** Adds the options `--target`, `--against` and `--position`. */
export function addTargetOptions(command: Command): Command {
  return command
    .requiredOption('--target <token>', 'the token whose logit is explained: an id, or a text that is one token')
    .option('--against <token>', 'explain the difference to the logit of this token instead')
    .option('--position <n>', 'the position that predicts, from 0 (default: the last one)', wholeNumber);
}

/** The logit that the options name. */
export function targetOf(model: Model, input: InspectInput, options: TargetOptions): Target {
  const target = tokenOption('--target', options.target, model);
  const against = options.against === undefined ? undefined : tokenOption('--against', options.against, model);
  const ids = predictingIds(input);
  const position = options.position ?? ids.length - 1;
  const minus = against === undefined ? '' : ` - ${tokenLabel(model, against)}`;
  const after = ids[position] === undefined ? '' : ` after ${tokenLabel(model, ids[position])}`;
  const label = `logit of ${tokenLabel(model, target)}${minus}${after}`;
  return { target, ...(against !== undefined && { against }), position, label };
}
