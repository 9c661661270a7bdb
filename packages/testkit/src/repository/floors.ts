/** The ground: used by every package, and uses none. */
export const ground = 'base';

/** The floors of the house, from the ground: a package may use the floors below its own, and no other. */
export const floors: readonly (readonly string[])[] = [
  ['tensor', 'tokenizer', 'sampling', 'safetensors'],
  ['layers'],
  ['embeddings', 'attention', 'mlp'],
  ['transformer'],
  ['families', 'train'],
  ['model'],
  ['cli', 'elements'],
];

const workspaceOnly = new Set(['testkit', 'appkit', 'bench']);
const isBackend = (name: string) => name.startsWith('backend-');
/** Whether a package holds files of data, such as a trained model, and no code but their URLs. */
export const isData = (name: string): boolean => name.startsWith('model-') || name === 'word-vectors';
const floorOf = (name: string) => floors.findIndex(floor => floor.includes(name));
const top = floors.length - 1;

/**
 * Why a package may not use another, or undefined where it may. Backends stand beside the house on tensor alone and are used by
 * the top floor, apps and tests; data packages use nothing and are used like backends.
 */
export const forbiddenReason = (from: string, to: string, inTest: boolean): string | undefined => {
  if (from === to || workspaceOnly.has(from)) return undefined;
  if (workspaceOnly.has(to)) return inTest && to === 'testkit' ? undefined : 'private to the workspace';
  if (from === ground) return 'the ground uses nothing';
  if (isData(from)) return 'a data package uses nothing';
  if (to === ground) return undefined;
  const own = floorOf(from);
  const other = floorOf(to);
  if (isBackend(from)) return to === 'tensor' || (inTest && isBackend(to)) ? undefined : 'a backend uses tensor alone';
  if (own < 0) return `${from} has no floor`;
  if (isBackend(to) || isData(to)) return own === top || inTest ? undefined : 'used by the top floor and apps';
  if (other < 0) return `${to} has no floor`;
  if (other > own) return `up, from floor ${own} to ${other}`;
  return other === own ? `sideways, both on floor ${own}` : undefined;
};
