import { clone, disposable, keep, nearestNames, ResidualError, showShape, type Tensor } from '@residual/tensor';
import { pathMatcher } from './path-matcher.js';
import { emptyScope, type Scope } from './scope.js';

/** Tensors kept from a run, by path, for as long as their reader wants them. */
export interface Recorder extends Disposable {
  /** Pass this scope to a layer. */
  readonly scope: Scope;
  /** What was recorded so far; a path that ran again holds its newest tensor. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Errors when a pattern fits no tensor that came up so far: to be asked where only parts of a model ran. */
  expectAllMatched(): void;
  /** Frees what was recorded. */
  dispose(): void;
}

/**
 * Records the tensors at paths: `decoder.layers.3.attention.weights`, with `*` for one step (`decoder.layers.*.attention.weights`) and `**` for any
 * number of steps, also none. Errors when a pattern has an empty step, or a star beside other characters; and, from the layer that runs in the scope, when a
 * pattern fits no tensor there. `caller` is named by the errors.
 */
export function record(patterns: readonly string[], scope: Scope = emptyScope, caller = 'record'): Recorder {
  const { expectAllMatched, ...tracker } = trackPatterns(caller, patterns, scope.path);
  const values = new Map<string, Tensor>();
  const onTensor = (path: string, x: Tensor) => {
    values.get(path)?.dispose();
    values.set(path, keep(clone(x)));
    return x;
  };
  const dispose = () => {
    for (const value of values.values()) value.dispose();
    values.clear();
  };
  return disposable({ scope: scope.withTaps({ ...tracker, onTensor }), values, expectAllMatched, dispose }, dispose);
}

/**
 * Puts other tensors in the place of those at paths: for each pattern (as in `record`) a function of the tensor and its path. The first pattern that
 * fits is used. What it makes belongs to the layer's tidy, and gradients flow through it. Errors when it has another shape, and as `record`.
 */
export function replace(
  replacements: Readonly<Record<string, (x: Tensor, path: string) => Tensor>>,
  scope: Scope = emptyScope,
  caller = 'replace',
): Scope {
  for (const [pattern, make] of Object.entries(replacements))
    if (typeof make !== 'function')
      throw new ResidualError(
        'tap',
        `${caller}: '${pattern}' has ${make}; it must have a function of the tensor and its path`,
      );
  const rules = Object.entries(replacements).map(([pattern, make]) => ({ fits: pathMatcher(caller, [pattern]), make }));
  return scope.withTaps({
    ...trackPatterns(caller, Object.keys(replacements), scope.path),
    onTensor: (path, x) => {
      const replacement = rules.find(({ fits }) => fits(path))!.make(x, path);
      if (showShape(replacement.shape) === showShape(x.shape)) return replacement;
      throw new ResidualError(
        'shape',
        `${caller}: ${path} is ${showShape(x.shape)}, the replacement ${showShape(replacement.shape)}; they must be equal`,
      );
    },
  });
}

/**
 * Who wants the paths that fit one of the patterns. When the outermost layer at `base` has run, a pattern that fitted nothing is an error; a layer that runs
 * only some of what it needs says nothing about the others.
 */
function trackPatterns(caller: string, patterns: readonly string[], base: string) {
  const fits = pathMatcher(caller, patterns);
  const named = patterns.filter(pattern => pattern !== '**'); // all there are, also none
  const unmatched = new Map(named.map(pattern => [pattern, pathMatcher(caller, [pattern])]));
  const wantedPaths = new Map<string, boolean>();
  let depth = 0;
  const wants = (path: string) => {
    const cached = wantedPaths.get(path);
    if (cached !== undefined) return cached;
    for (const [pattern, fitsOne] of unmatched) if (fitsOne(path)) unmatched.delete(pattern);
    const wanted = fits(path);
    wantedPaths.set(path, wanted);
    return wanted;
  };
  const expectAllMatched = () => {
    for (const pattern of unmatched.keys()) throw noMatchingTensor(caller, pattern, wantedPaths.keys());
  };
  return {
    wants,
    expectAllMatched,
    aroundLayer: <Output>(path: string, partial: boolean, run: () => Output): Output => {
      depth++;
      try {
        const output = run();
        if (!partial && depth === 1 && path === base) expectAllMatched();
        return output;
      } finally {
        depth--;
      }
    },
  };
}

/** The error that no tensor has a path that fits, with the nearest that there are. */
export function noMatchingTensor(caller: string, pattern: string, paths: Iterable<string>): ResidualError {
  const isNumbered = /\d/.test(pattern);
  const names = [...paths].map(path => (isNumbered ? path : path.replaceAll(/(?<=^|\.)\d+(?=\.|$)/g, '*')));
  const closest = nearestNames(pattern, new Set(names)).slice(0, 5);
  const there = closest.length > 0 ? `the nearest are ${closest.join(', ')}` : 'there was none';
  return new ResidualError('tap', `${caller}: '${pattern}' fits no tensor that came up; ${there}`);
}
