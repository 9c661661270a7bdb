import type { LoadProgress } from '@residual/model';

/** The choices of a backend, as a select offers them: `auto` and each by itself. */
export function backendOptions({
  backends,
  softwareGraphics,
}: {
  readonly backends: readonly string[];
  readonly softwareGraphics: boolean;
}): HTMLOptionElement[] {
  const auto = softwareGraphics ? 'auto (wasm: no graphics card here)' : 'auto (webgl)';
  return [new Option(auto, 'auto'), ...backends.map(name => new Option(name, name))];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** How far loading is, in words. */
export const wordsOf = (progress: LoadProgress): string =>
  progress.stage === 'weights'
    ? `Placing weights: ${progress.done} of ${progress.total}`
    : `Loading ${progress.file}: ${megabytes(progress.done)} of ${megabytes(progress.total)}`;
