import type { Census, Description } from '@residual/layers';
import { columns, grouped } from '../terminal/format.js';

/** What is known of a model from its config. */
export interface ModelFacts {
  readonly family: string;
  readonly description: Description;
  readonly maxPositions: number;
  readonly depth: number;
}

/** The facts as plain data. */
export function factsAsJson({ family, description, maxPositions, depth }: ModelFacts): object {
  const { parameters, bytes, bytesByForm, flopsPerToken, parts } = description;
  const { valueMap, ...counts } = description.census;
  return {
    family,
    census: { ...counts, value_map: valueMap ?? null },
    parameters,
    bytes,
    bytes_by_form: bytesByForm,
    flops_per_token: flopsPerToken,
    max_positions: maxPositions,
    depth,
    parts,
  };
}

/** The facts as tables: the parts of the first block, or of all blocks, and the sizes of the whole. */
export function factsAsText({ description, maxPositions, depth }: ModelFacts, allBlocks: boolean): string {
  const { parameters, bytes, bytesByForm, flopsPerToken, census } = description;
  const byForm = Object.entries(bytesByForm);
  const isPacked = byForm.some(([form]) => form !== 'f32');
  const parts = description.parts.filter(({ path }) => allBlocks || !/\.layers\.[1-9]\d*(\.|$)/.test(path));
  const rows = parts.map(({ path, name, shape, form, parameters: count }) => [
    path || '(whole)',
    form ? `${name} ${form}` : name,
    shape ? `[${shape.join(', ')}]` : '',
    grouped(count),
  ]);
  const omitted = { 0: '', 1: '', 2: '(block 1 as block 0; --parts lists it)\n' }[depth];
  const note = allBlocks ? '' : (omitted ?? `(blocks 1 to ${depth - 1} as block 0; --parts lists them)\n`);
  const sizes = columns([
    ['parameters', grouped(parameters)],
    [isPacked ? 'bytes' : 'bytes as 32-bit floats', grouped(bytes)],
    ...(isPacked ? byForm.map(([form, count]) => [`  ${form}`, grouped(count)]) : []),
    [`operations for a token that sees ${maxPositions} keys`, grouped(flopsPerToken)],
  ]);
  const table = columns([['part', 'what', 'shape', 'parameters'], ...rows]);
  return `${table}\n${note}\n${sizes}\n\n${censusTable(census, depth)}`;
}

function censusTable(census: Census, depth: number): string {
  const { weights, matrices, valueMap, ...roles } = census;
  const rows = Object.entries(roles)
    .filter(([, count]) => count > 0)
    .map(([role, count]) => [role, grouped(count)]);
  const total =
    `${grouped(weights)} weights in ${grouped(matrices)} matrices (often called layers) in ${depth} blocks ` +
    '(vectors and position tables not counted)';
  const value =
    valueMap &&
    `value map of a head: ${grouped(valueMap.full)} in full, ` +
      `${grouped(valueMap.factored)} factored into value-down and value-up`;
  return [columns([['matrices', 'weights'], ...rows]), total, ...(value ? [value] : [])].join('\n');
}
