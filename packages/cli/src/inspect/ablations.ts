import type { Hook } from '@residual/layers';
import type { Command } from 'commander';
import { type PartOfActivation, partForm, partsOfActivations } from './part-of-activation.js';

/** The option of `addAblateOption`. */
export interface AblateOptions {
  readonly ablate?: readonly PartOfActivation[];
}

/** Adds the option `--ablate`. */
export function addAblateOption(command: Command): Command {
  return command.option('--ablate <activation...>', `set activations to 0: ${partForm}`, partsOfActivations);
}

/** The hooks of the option. */
export async function ablations({ ablate = [] }: AblateOptions): Promise<Hook[]> {
  if (ablate.length === 0) return [];
  const inspect = await import('@residual/inspect');
  return ablate.map(({ name, ...selection }) => inspect.ablate(name, selection));
}
