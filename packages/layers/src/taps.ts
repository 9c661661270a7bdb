import { clone, keep, ResidualError, showShape, type Tensor } from '@residual/tensor';
import { matcher } from './pattern.js';
import { emptyScope, type Scope } from './scope.js';

/** Tensors kept from a run, by path, for as long as their reader wants them. */
export interface Recorder {
  /** Pass this scope to a layer. */
  readonly scope: Scope;
  /** What was recorded so far; a path that ran again holds its newest tensor. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Frees what was recorded. */
  dispose(): void;
}

/**
 * Records the tensors at paths: `decoder.layers.3.attention.weights`, with `*` for one step (`decoder.layers.*.attention.weights`) and `**` for any
 * number of steps, also none. Errors when a pattern has an empty step, or a star beside other characters.
 */
export function record(patterns: readonly string[], scope: Scope = emptyScope): Recorder {
  const wants = matcher('record', patterns);
  const values = new Map<string, Tensor>();
  const take = (path: string, x: Tensor) => {
    values.get(path)?.dispose();
    values.set(path, keep(clone(x)));
    return x;
  };
  return {
    scope: scope.listening({ wants, take }),
    values,
    dispose: () => {
      for (const value of values.values()) value.dispose();
      values.clear();
    },
  };
}

/**
 * Puts other tensors in the place of those at paths: for each pattern (as in `record`) a function of the tensor and its path. The first pattern that
 * fits is used. What it makes belongs to the layer's tidy, and gradients flow through it. Errors when it has another shape.
 */
export function replace(
  replacements: Readonly<Record<string, (x: Tensor, path: string) => Tensor>>,
  scope: Scope = emptyScope,
): Scope {
  const rules = Object.entries(replacements).map(([pattern, make]) => ({ fits: matcher('replace', [pattern]), make }));
  return scope.listening({
    wants: path => rules.some(({ fits }) => fits(path)),
    take: (path, x) => {
      const made = rules.find(({ fits }) => fits(path))!.make(x, path);
      if (showShape(made.shape) === showShape(x.shape)) return made;
      throw new ResidualError(
        'shape',
        `replace: ${path} is ${showShape(x.shape)}, the replacement ${showShape(made.shape)}; they must be equal`,
      );
    },
  });
}
