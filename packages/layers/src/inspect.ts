import { showShape } from '@residual/tensor';
import type { LayerInfo } from './layer.js';
import { hasNeeds, isLeaf, type Needs } from './needs.js';
import { countParameters } from './tree.js';

/** The method that Node's console calls to print an object. */
const inspect = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom');

/**
 * Makes the console of Node and `String()` print a value as `text()`; a function also gets a name, which consoles of
 * browsers print.
 */
export function withInspect<Value extends object>(value: Value, name: string, text: () => string): Value {
  const methods = { [inspect]: text, toString: text, ...(typeof value === 'function' && { name }) };
  for (const key of Reflect.ownKeys(methods))
    Object.defineProperty(value, key, { value: methods[key as keyof typeof methods], configurable: true });
  return value;
}

/** A layer in one line: its name, its parts, its input and output width, and the number of trained parameters. */
export function layerLine({ needs, about }: { readonly needs: unknown; readonly about: LayerInfo }): string {
  const { inDim, outDim } = about;
  const width = (dim: number | undefined) => (dim === undefined ? '' : `[..., ${dim}]`);
  const widths = inDim === undefined && outDim === undefined ? '' : ` ${width(inDim)} → ${width(outDim)}`;
  const parameters = countParameters({ needs });
  return (
    `${about.name ?? 'layer'}(${partNames(needs as Needs)})${widths.replace('  ', ' ')}, ` +
    `${formatNumber(parameters)} parameters`
  );
}

/** `1234` as `1,234`. */
export const formatNumber = (count: number): string => count.toLocaleString('en-US');

/** The parts of a layer by name; equal parts of a list are counted. */
function partNames(needs: Needs): string {
  if (isLeaf(needs) || hasNeeds(needs)) return nameOf(needs);
  const entries = Object.entries(needs as Readonly<Record<string, Needs | undefined>>);
  return entries.flatMap(([name, part]) => (part === undefined ? [] : [`${name}: ${nameOf(part)}`])).join(', ');
}

function nameOf(part: Needs): string {
  if (isLeaf(part)) return showShape(part.shape);
  if (hasNeeds(part)) return part.about?.name ?? 'layer';
  if (!Array.isArray(part)) return `{ ${partNames(part)} }`;
  const counts = new Map<string, number>();
  for (const each of part as readonly Needs[]) counts.set(nameOf(each), (counts.get(nameOf(each)) ?? 0) + 1);
  return [...counts].map(([name, times]) => (times > 1 ? `${times} × ${name}` : name)).join(', ');
}
