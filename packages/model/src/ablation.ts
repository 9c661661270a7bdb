import { emptyScope, noMatchingTensor, replace, type Scope } from '@residual/layers';
import { mul, ResidualError, showShape, showValue, type Tensor, tensor } from '@residual/tensor';

/** Ablation: a tensor that is set to zero, to see what it does. */
export interface Ablation {
  /** Path of the tap, with `*` and `**` as in `record`: `decoder.layers.2.crossAttention.weights`. */
  readonly tap: string;
  /** The heads, axis 1 of [batch, heads, ...], that are set to zero; default the whole tensor. */
  readonly heads?: readonly number[] | undefined;
}

/** A scope in which tensors are set to zero. */
export interface AblationScope {
  readonly scope: Scope;
  /** After a run of the model, throws if a path matched no tensor. */
  expectUsed(): void;
}

/** Sets tensors to zero in a scope. Throws for a head that does not exist; `name` is the function named in errors. */
export function ablationScope(
  name: string,
  ablations: readonly Ablation[] = [],
  scope: Scope = emptyScope,
): AblationScope {
  expectAblations(name, ablations);
  const unused = new Set(ablations.map(({ tap }) => tap));
  /** The paths of all taps that the run passes, for the error. */
  const paths = new Set<string>();
  const wants = (path: string) => {
    paths.add(path);
    return false;
  };
  let inner = ablations.length > 0 ? scope.withTaps({ wants, onTensor: (_, x) => x }) : scope;
  for (const { tap, heads } of ablations) {
    const zero = (x: Tensor, path: string) => {
      unused.delete(tap);
      return mul(x, heads ? maskOf(name, x, path, heads) : tensor([0], [1]));
    };
    inner = replace({ [tap]: zero }, inner, `${name}: ablate`);
  }
  return {
    scope: inner,
    expectUsed: () => {
      for (const tap of unused) throw noMatchingTensor(`${name}: ablate`, tap, paths);
    },
  };
}

function expectAblations(name: string, ablations: unknown): void {
  const isAblation = ({ tap, heads = [] }: { tap?: unknown; heads?: unknown }) =>
    typeof tap === 'string' && Array.isArray(heads);
  if (Array.isArray(ablations) && ablations.every(ablation => isAblation(ablation ?? {}))) return;
  throw new ResidualError(
    'option',
    `${name}: ablate is ${showValue(ablations)}; ` +
      "it must be a list of { tap: 'decoder.layers.0.attention.weights', heads: [1] }",
  );
}

/** A mask [1, heads, 1, ...]: 0 for the ablated heads, 1 for the others. */
function maskOf(name: string, x: Tensor, path: string, ablated: readonly number[]): Tensor {
  const heads = x.rank > 2 ? x.shape[1]! : 0;
  const outside = ablated.find(head => !(Number.isInteger(head) && head >= 0 && head < heads));
  if (outside !== undefined) {
    const available = heads > 0 ? `heads 0 to ${heads - 1}` : `no heads, its shape is ${showShape(x.shape)}`;
    throw new ResidualError('option', `${name}: ablate asks for head ${outside} of ${path}, which has ${available}`);
  }
  const values = Array.from({ length: heads }, (_, head) => (ablated.includes(head) ? 0 : 1));
  return tensor(
    values,
    x.shape.map((_, axis) => (axis === 1 ? heads : 1)),
  );
}
