import { clone, disposable, keep, nearestNames, ResidualError, showShape, type Tensor } from '@residual/tensor';
import { pathMatcher } from './path-matcher.js';
import { emptyScope, type Scope } from './scope.js';

/** Keeps tensors of a run by path until it is disposed. */
export interface Recorder extends Disposable {
  /** Pass this scope to a layer. */
  readonly scope: Scope;
  /** The recorded tensors; a path that ran again holds its newest tensor. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Errors if a pattern has matched no tensor so far; for callers that run only parts of a model. */
  expectAllMatched(): void;
  /** Frees the recorded tensors. */
  dispose(): void;
}

/**
 * Records the tensors at paths such as `decoder.layers.3.attention.weights`; `*` matches one step
 * (`decoder.layers.*.attention.weights`), `**` any number of steps, also none. Errors if a step of a pattern is empty
 * or mixes a star with other characters. The layer that runs in the scope throws if a pattern matched no tensor.
 * `caller` is the name in these errors.
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
  const inner = patterns.length > 0 ? scope.withTaps({ ...tracker, onTensor }) : scope; // nothing asked costs nothing
  return disposable({ scope: inner, values, expectAllMatched, dispose }, dispose);
}

/** Makes the replacement of a tensor, of the same shape, from the tensor, its path and the scope at its layer. */
export type Replacement = (x: Tensor, path: string, scope: Scope) => Tensor;

/**
 * Replaces the tensors at paths: each pattern (as in `record`) has a function of the tensor, its path and its scope,
 * and the first pattern that matches is used. The replacement belongs to the layer's tidy, and gradients flow through
 * it. Errors if it has another shape, and as `record` does.
 */
export function replace(
  replacements: Readonly<Record<string, Replacement>>,
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
    onTensor: (path, x, scope) => {
      const replacement = rules.find(({ fits }) => fits(path))!.make(x, path, scope);
      if (showShape(replacement.shape) === showShape(x.shape)) return replacement;
      throw new ResidualError(
        'shape',
        `${caller}: ${path} is ${showShape(x.shape)}, the replacement ${showShape(replacement.shape)}; ` +
          'they must be equal',
      );
    },
  });
}

/**
 * Tracks which patterns have matched. After the outermost layer at `base` has run, a pattern without a match is an
 * error, unless the layer is `partial`.
 */
function trackPatterns(caller: string, patterns: readonly string[], base: string) {
  const fits = pathMatcher(caller, patterns);
  const specific = patterns.filter(pattern => pattern !== '**'); // `**` matches also when there are no tensors
  const unmatched = new Map(specific.map(pattern => [pattern, pathMatcher(caller, [pattern])]));
  const matchByPath = new Map<string, boolean>();
  let depth = 0;
  const wants = (path: string) => {
    const cached = matchByPath.get(path);
    if (cached !== undefined) return cached;
    for (const [pattern, fitsOne] of unmatched) if (fitsOne(path)) unmatched.delete(pattern);
    const isMatch = fits(path);
    matchByPath.set(path, isMatch);
    return isMatch;
  };
  const expectAllMatched = () => {
    for (const pattern of unmatched.keys()) throw noMatchingTensor(caller, pattern, matchByPath.keys());
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

/** The error for a pattern that matches no tensor; it lists the nearest paths. */
export function noMatchingTensor(caller: string, pattern: string, paths: Iterable<string>): ResidualError {
  const isNumbered = /\d/.test(pattern);
  const names = [...paths].map(path => (isNumbered ? path : path.replaceAll(/(?<=^|\.)\d+(?=\.|$)/g, '*')));
  const closest = nearestNames(pattern, new Set(names)).slice(0, 5);
  const hint = closest.length > 0 ? `the nearest are ${closest.join(', ')}` : 'there was none';
  return new ResidualError('tap', `${caller}: '${pattern}' fits no tensor that came up; ${hint}`);
}
