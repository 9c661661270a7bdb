import { showShape } from '@residual/tensor';
import type { About } from './layer.js';
import { isLeaf, isPart, type Needs } from './needs.js';
import { count } from './tree.js';

/** What Node's console calls to show an object. */
const inspect = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom');

/** A value that says what it is to the console of Node, where it is made a text, and, a function, by its name to the console of a browser. */
export function shownAs<Value extends object>(value: Value, name: string, text: () => string): Value {
  const methods = { [inspect]: text, toString: text, ...(typeof value === 'function' && { name }) };
  for (const key of Reflect.ownKeys(methods))
    Object.defineProperty(value, key, { value: methods[key as keyof typeof methods], configurable: true });
  return value;
}

/** A layer in one line: its name, its parts, the widths in and out, and how many numbers are trained. */
export function lineOf({ needs, about }: { readonly needs: unknown; readonly about: About }): string {
  const { reads, gives } = about;
  const width = (dim: number | undefined) => (dim === undefined ? '' : `[..., ${dim}]`);
  const widths = reads === undefined && gives === undefined ? '' : ` ${width(reads)} → ${width(gives)}`;
  const parameters = count({ needs });
  return `${about.name ?? 'layer'}(${partsIn(needs as Needs)})${widths.replace('  ', ' ')}, ${numberOf(parameters)} parameters`;
}

/** `1234` as `1,234`. */
export const numberOf = (count: number): string => count.toLocaleString('en-US');

/** The parts of a layer by name; those of a list that are alike are counted. */
function partsIn(needs: Needs): string {
  if (isLeaf(needs) || isPart(needs)) return nameOf(needs);
  const named = Object.entries(needs as Readonly<Record<string, Needs | undefined>>);
  return named.flatMap(([name, part]) => (part === undefined ? [] : [`${name}: ${nameOf(part)}`])).join(', ');
}

function nameOf(part: Needs): string {
  if (isLeaf(part)) return showShape(part.shape);
  if (isPart(part)) return part.about?.name ?? 'layer';
  if (!Array.isArray(part)) return `{ ${partsIn(part)} }`;
  const counts = new Map<string, number>();
  for (const each of part as readonly Needs[]) counts.set(nameOf(each), (counts.get(nameOf(each)) ?? 0) + 1);
  return [...counts].map(([name, times]) => (times > 1 ? `${times} × ${name}` : name)).join(', ');
}
