/** The ground: every package may use these, and each of them uses only those before it. */
export const ground: readonly string[] = ['base', 'number-formats'];

/** The floors of the packages, from the lowest: a package may use only the floors below its own. */
export const floors: readonly (readonly string[])[] = [
  ['tensor', 'tokenizer', 'grammar', 'sampling', 'safetensors', 'audio', 'pronunciation', 'vision'],
  ['layers', 'word-vectors', 'gguf'],
  ['embeddings', 'attention', 'mlp', 'sequence'],
  ['transformer'],
  ['families', 'train'],
  ['inspect'],
  ['model'],
  ['cli', 'elements'],
];

const workspaceOnly = new Set(['testkit', 'appkit', 'bench']);
const isBackend = (name: string) => name.startsWith('backend-');
/** Whether a package contains data files, such as a trained model, and no code but their URLs. */
export const isData = (name: string): boolean => name.startsWith('model-') || name === 'word-vectors-en';
const floorOf = (name: string) => floors.findIndex(floor => floor.includes(name));
const top = floors.length - 1;

/**
 * The reason why a package may not use another; undefined if it may. Backends use only tensor, and only the top floor,
 * apps and tests use backends. Data packages use nothing and are used like backends.
 */
export const forbiddenReason = (from: string, to: string, inTest: boolean): string | undefined => {
  if (from === to || workspaceOnly.has(from)) return undefined;
  if (workspaceOnly.has(to)) return inTest && to === 'testkit' ? undefined : 'private to the workspace';
  const isBelow = ground.slice(0, ground.includes(from) ? ground.indexOf(from) : undefined).includes(to);
  if (ground.includes(from)) return isBelow ? undefined : 'the ground uses only the ground before it';
  if (isData(from)) return 'a data package uses nothing';
  if (isBelow) return undefined;
  const own = floorOf(from);
  const other = floorOf(to);
  if (isBackend(from)) return to === 'tensor' || (inTest && isBackend(to)) ? undefined : 'a backend uses tensor alone';
  if (own < 0) return `${from} has no floor`;
  if (isBackend(to) || isData(to)) return own === top || inTest ? undefined : 'used by the top floor and apps';
  if (other < 0) return `${to} has no floor`;
  if (other > own) return `up, from floor ${own} to ${other}`;
  return other === own ? `sideways, both on floor ${own}` : undefined;
};
