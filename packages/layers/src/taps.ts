import { clone, keep, ResidualError, type Tensor } from '@residual/tensor';
import { emptyScope, type Scope, type Taps } from './scope.js';

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
 * number of steps. Errors when a pattern is empty.
 */
export function record(patterns: readonly string[], scope: Scope = emptyScope): Recorder {
  const matches = matcher('record', patterns);
  const values = new Map<string, Tensor>();
  const take = (path: string, x: Tensor) => {
    values.get(path)?.dispose();
    values.set(path, keep(clone(x)));
    return x;
  };
  return {
    scope: scope.listening({ wants: matches, take }),
    values,
    dispose: () => {
      for (const value of values.values()) value.dispose();
      values.clear();
    },
  };
}

/**
 * Puts other tensors in the place of those at paths: for each pattern a function of the tensor and its path. The first pattern that fits is used. What
 * it makes belongs to the layer's tidy, and gradients flow through it.
 */
export function replace(
  replacements: Readonly<Record<string, (x: Tensor, path: string) => Tensor>>,
  scope: Scope = emptyScope,
): Scope {
  const rules = Object.entries(replacements).map(([pattern, make]) => ({ fits: matcher('replace', [pattern]), make }));
  const taps: Taps = {
    wants: path => rules.some(({ fits }) => fits(path)),
    take: (path, x) => {
      const made = rules.find(({ fits }) => fits(path))!.make(x, path);
      if (made.shape.join() === x.shape.join()) return made;
      throw new ResidualError(
        'shape',
        `replace: ${path} is [${x.shape.join(', ')}], the replacement [${made.shape.join(', ')}]`,
      );
    },
  };
  return scope.listening(taps);
}

function matcher(name: string, patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map(pattern => {
    if (pattern === '')
      throw new ResidualError('tap', `${name}: a pattern is empty; it is a path such as layers.*.attention.weights`);
    const steps = pattern.split('.').map(step => (step === '**' ? '.+' : escaped(step).replaceAll('\\*', '[^.]*')));
    return new RegExp(`^${steps.join('\\.')}$`);
  });
  return path => expressions.some(expression => expression.test(path));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
