import type { Hook } from '@residual/layers';
import { expectOptions, expectValue, isTensor, type Tensor } from '@residual/tensor';
import { isActivations } from './ablate.js';
import { replaceBySource } from './align-source.js';
import { type Activations, change } from './change.js';
import { expectSelection, type Selection, selectionNames } from './selection.js';

/** Settings of `patch`. */
export interface PatchOptions extends Selection {
  /** The activation to put in: a tensor that broadcasts to it, or a run that kept it. */
  readonly from: Tensor | Activations;
}

/**
 * Activation patching: puts the activation of another run, or a part of it, in the place of this run's (Vig et al.
 * 2020; Meng et al. 2022). Position p goes to position p; while a text is generated, or with `positions`, the other
 * text may be longer or shorter, and what it lacks stays as it is. The tensor stays with its owner.
 */
export function patch(name: string, options: PatchOptions): Hook {
  expectOptions('patch', options, { ...selectionNames, from: 1 });
  const { from, ...selection } = options;
  expectSelection('patch', selection);
  expectValue(isTensor(from) || isActivations(from), 'patch', 'from', from, 'a tensor or a run that kept it', 'option');
  return change('patch', name, (x, site) =>
    replaceBySource(x, isTensor(from) ? from : from.activation(site.path), selection, site),
  );
}
