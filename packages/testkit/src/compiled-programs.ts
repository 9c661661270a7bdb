import { requireBackend } from '@residual/tensor';

export { clearPrograms } from '../../backend-webgl/src/testing/clear-programs.ts';

/** The number of programs that the active GPU backend has compiled; undefined on other backends. */
export const compiledPrograms = async (): Promise<number | undefined> => {
  const name = requireBackend();
  if (name === 'webgl') return (await import('@residual/backend-webgl')).compiledPrograms();
  if (name === 'webgpu') return (await import('@residual/backend-webgpu')).compiledPrograms();
  return undefined;
};
