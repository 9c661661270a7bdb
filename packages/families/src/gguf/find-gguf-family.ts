import { ResidualError, showValue } from '@residual/tensor';
import { catalog } from '../catalog.js';
import type { Family } from '../family.js';
import { familyOfGguf, type GgufFamily, isGgufFamily } from './from-gguf.js';
import type { GgufMetadata } from './metadata.js';

/**
 * The family that `general.architecture` of a GGUF file names: one of `own`, or else one of this package, whose file is
 * loaded. Errors with code `family` if there is none.
 */
export async function findGgufFamily(metadata: GgufMetadata, own: readonly Family[] = []): Promise<GgufFamily> {
  const architecture = metadata.get('general.architecture')?.value;
  const isOwn = own.filter(isGgufFamily).some(({ gguf }) => gguf.architecture === architecture);
  const entries = catalog.filter(({ gguf }) => gguf !== undefined && (isOwn || gguf === architecture));
  const loaded = isOwn ? [] : await Promise.all(entries.map(({ load }) => load()));
  if (isOwn || loaded.length > 0) return familyOfGguf(metadata, [...own, ...loaded]);
  const known = [
    ...own.filter(isGgufFamily).map(({ gguf }) => gguf.architecture),
    ...catalog.flatMap(({ gguf }) => gguf ?? []),
  ];
  throw new ResidualError(
    'family',
    `findGgufFamily: general.architecture ${showValue(architecture)} is not known; known are ` +
      [...new Set(known)].join(', '),
  );
}
