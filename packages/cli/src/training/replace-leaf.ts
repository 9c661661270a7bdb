import { isTensor, type Tensor, tensor } from '@residual/tensor';

/** Replaces one tensor of a tree by values of its shape, and disposes the old one. */
export function replaceLeaf(tree: unknown, path: string, values: Float32Array): void {
  const names = path.split('.');
  const name = names.pop()!;
  const parent = names.reduce((node, each) => (node as Record<string, unknown>)[each], tree) as Record<string, unknown>;
  const before = parent[name];
  if (!isTensor(before)) throw new TypeError(`replaceLeaf: ${path} is no tensor`);
  parent[name] = tensor(values, before.shape);
  (before as Tensor).dispose();
}
