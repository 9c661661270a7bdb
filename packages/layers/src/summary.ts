import { showShape } from '@residual/tensor';
import { type DescribedPart, describe } from './describe.js';
import { formatNumber } from './inspect.js';
import type { LayerInfo } from './layer.js';
import type { HasNeeds } from './tree.js';

/** A step of a path with the part there. */
interface Branch {
  readonly name: string;
  part: DescribedPart | undefined;
  readonly branches: Map<string, Branch>;
}

/**
 * The tree of a layer as text, one line per part: its name in the tree of weights, its kind or shape, and the number of
 * trained parameters at and below it. Equal parts of a list share their lines. Computed from the needs without
 * allocating anything.
 */
export function summary(layer: HasNeeds<unknown> & { readonly about: LayerInfo }): string {
  const root: Branch = { name: '', part: undefined, branches: new Map() };
  for (const part of describe(layer).parts) {
    let at = root;
    for (const name of part.path === '' ? [] : part.path.split('.')) {
      const next = at.branches.get(name) ?? { name, part: undefined, branches: new Map() };
      at.branches.set(name, next);
      at = next;
    }
    at.part = part;
  }
  const rows = rowsOf(root, '');
  const [first, second] = [0, 1].map(column => Math.max(...rows.map(row => row[column]!.length)));
  const last = Math.max(...rows.map(([, , count]) => count.length));
  return rows
    .map(([name, what, count]) => `${name.padEnd(first!)}  ${what.padEnd(second!)}  ${count.padStart(last)}`.trimEnd())
    .join('\n');
}

type Row = readonly [name: string, what: string, count: string];

function rowsOf({ name, part, branches }: Branch, indent: string): Row[] {
  const childIndent = indent === '' && name === '' ? '  ' : `${indent}  `;
  const groups: { rows: Row[]; names: string[] }[] = [];
  for (const branch of branches.values()) {
    const rows = rowsOf({ ...branch, name: '*' }, childIndent);
    const previous = groups.at(-1);
    const isSame = /^\d+$/.test(branch.name) && String(previous?.rows) === String(rows);
    if (isSame) previous!.names.push(branch.name);
    else groups.push({ rows, names: [branch.name] });
  }
  const childRows = groups.flatMap(({ rows: [head, ...rest], names }): Row[] => {
    const [, what, count] = head!;
    const isOne = names.length === 1;
    const label = isOne ? names[0]! : `${names[0]} to ${names.at(-1)}`;
    return [
      [`${childIndent}${label}`, isOne ? what : `${names.length} × ${what}`, isOne || !count ? count : `each ${count}`],
      ...rest,
    ];
  });
  if (part?.path === '') return [[part.name, '', formatNumber(part.parameters)], ...childRows];
  if (!part) return [[`${indent}${name}`, '', ''], ...childRows];
  const what = part.shape ? `${showShape(part.shape)}${part.name === 'table' ? ' table' : ''}` : part.name;
  const count = part.name === 'table' ? '' : formatNumber(part.parameters);
  return [[`${indent}${name}`, what, count], ...childRows];
}
