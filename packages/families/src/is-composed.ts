import type { Config } from './config/config.js';

/** What the classes in `architectures` of models composed by hand begin with. */
export const composedClass = 'Composed';

/** Whether a config says that its model was composed by hand. */
export function isComposed({ architectures }: Config): boolean {
  const [name] = Array.isArray(architectures) ? architectures : [];
  return typeof name === 'string' && /^Composed(For\w+|Model)$/.test(name);
}
