import { ResidualError } from '@residual/tensor';

/**
 * Returns a function that tests whether a path matches one of the patterns. A pattern is steps joined by dots; `*`
 * matches one step, `**` any number of steps (also none). Errors, naming the caller, if a step of a pattern is empty or
 * mixes a star with other characters.
 */
export function pathMatcher(name: string, patterns: readonly string[]): (path: string) => boolean {
  if (!(Array.isArray(patterns) && patterns.every(pattern => typeof pattern === 'string')))
    throw new ResidualError(
      'tap',
      `${name}: the patterns are ${JSON.stringify(patterns)}; they must be a list, such as ['logits']`,
    );
  const split = patterns.map(pattern => stepsOf(name, pattern));
  const cache = new Map<string, boolean>();
  return path => {
    const fits = cache.get(path) ?? split.some(steps => matches(steps, path.split('.')));
    cache.set(path, fits);
    return fits;
  };
}

function matches([step, ...rest]: readonly string[], path: readonly string[]): boolean {
  if (step === undefined) return path.length === 0;
  if (step === '**') return matches(rest, path) || (path.length > 0 && matches([step, ...rest], path.slice(1)));
  return path.length > 0 && (step === '*' || step === path[0]) && matches(rest, path.slice(1));
}

function stepsOf(name: string, pattern: string): readonly string[] {
  const steps = pattern.split('.');
  const wrong = steps.find(step => step === '' || (step.includes('*') && step !== '*' && step !== '**'));
  if (wrong === undefined) return steps;
  throw new ResidualError(
    'tap',
    `${name}: '${pattern}' has the step '${wrong}'; a step is a name, * or **, as in layers.*.attention.weights`,
  );
}
