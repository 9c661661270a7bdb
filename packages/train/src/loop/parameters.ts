import { type HasNeeds, weightNeeds } from '@residual/layers';
import {
  isLowRankSum,
  isPacked,
  isTensor,
  type Matrix,
  type PackedForm,
  ResidualError,
  type Tensor,
} from '@residual/tensor';

/** One trainable tensor in the tree of weights. */
export interface Parameter {
  readonly path: string;
  readonly get: () => Tensor;
  /** Replaces the tensor and disposes the old one. */
  readonly set: (tensor: Tensor) => void;
}

type Node = Record<string, unknown>;

/** The parent node and the name of a weight in the tree. Errors if the tree has no such path. */
export function resolveParameter(
  caller: string,
  tree: unknown,
  path: string,
): { readonly parent: Node; readonly name: string } {
  const names = path.split('.');
  const parent = names.slice(0, -1).reduce<unknown>((node, name) => (node as Node | undefined)?.[name], tree);
  const name = names.at(-1)!;
  if (path !== '' && typeof parent === 'object' && parent !== null && name in parent)
    return { parent: parent as Node, name };
  throw new ResidualError(
    'load',
    `${caller}: the layer needs ${path || 'a single leaf'}, which is not in the tree of weights`,
  );
}

/** What a run can train, and what it cannot. */
export interface Parameters {
  readonly parameters: Map<string, Parameter>;
  /** The form of each packed matrix by path, which has to be frozen. */
  readonly packed: ReadonlyMap<string, PackedForm>;
}

/**
 * The trainable tensors of a tree by path, in the order of the layer's needs. A matrix with low-rank adapters yields
 * itself and its adapters: `weight`, `weight.parts.NAME.down`, `weight.parts.NAME.up`. Errors if a weight is missing or
 * of an unknown form.
 */
export function parametersOf(layer: HasNeeds<unknown>, tree: unknown): Parameters {
  const [parameters, packed] = [new Map<string, Parameter>(), new Map<string, PackedForm>()];
  for (const { path } of weightNeeds(layer, 'train')) {
    const { parent, name } = resolveParameter('train', tree, path);
    addMatrix({ parameters, packed }, path, parent, name);
  }
  return { parameters, packed };
}

interface Collected {
  readonly parameters: Map<string, Parameter>;
  readonly packed: Map<string, PackedForm>;
}

function addMatrix(collected: Collected, path: string, parent: Node, name: string): void {
  const leaf = parent[name] as Matrix;
  const { parameters, packed } = collected;
  if (isTensor(leaf)) {
    parameters.set(path, parameter(path, parent, name));
  } else if (isPacked(leaf)) {
    packed.set(path, leaf.form);
  } else if (isLowRankSum(leaf)) {
    addMatrix(collected, path, leaf as unknown as Node, 'base');
    for (const [part, each] of Object.entries(leaf.parts))
      for (const side of ['down', 'up'] as const) {
        const partPath = `${path}.parts.${part}.${side}`;
        parameters.set(partPath, parameter(partPath, each as unknown as Node, side));
      }
  } else throw new ResidualError('matrix', `train: ${path} is of a form that cannot be trained`);
}

function parameter(path: string, parent: Node, name: string): Parameter {
  return {
    path,
    get: () => parent[name] as Tensor,
    set: tensor => {
      const before = parent[name] as Tensor;
      parent[name] = tensor;
      before.dispose();
    },
  };
}
