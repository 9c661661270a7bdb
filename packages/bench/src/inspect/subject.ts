/** What a subject of `pnpm bench inspect` loads; the build bundles it twice, once without taps. */
export * as inspect from '@residual/inspect';
export { loadModel } from '@residual/model';
