import {
  type CacheForm,
  type CacheTensor,
  cacheFormOf,
  cacheOf,
  cacheTensor,
  dispose,
  keep,
  ResidualError,
  type Tensor,
  tidy,
} from '@residual/tensor';

/** Keys and values of one attention, each [batch, kvHeads, keyLen, headDim], float32 or packed. */
export interface KeysAndValues {
  readonly key: CacheTensor;
  readonly value: CacheTensor;
}

/** How keys and values are held: the path of their attention, their form and their widths. */
export interface CachedStateLayout {
  readonly path: string;
  readonly form: CacheForm;
  readonly headDim: number;
  readonly valueDim: number;
}

/**
 * The keys and values of a cache by the path of their attention, in the order of first use. As a list, `tensors`, they
 * are inputs and outputs of a captured step. It owns its tensors; `dispose` frees them.
 */
export class CachedStates {
  private readonly entries = new Map<string, KeysAndValues>();

  /** The paths of the attentions. */
  get paths(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** How the keys and values of each attention are held, in the order of `paths`. */
  get layout(): readonly CachedStateLayout[] {
    return [...this.entries].map(([path, { key, value }]) => ({
      path,
      form: cacheFormOf(key),
      headDim: key.shape[3]!,
      valueDim: value.shape[3]!,
    }));
  }

  /**
   * The tensors that hold all keys and values, the words of packed ones, in the order of `paths`: key, value, key,
   * value, ...
   */
  get tensors(): readonly Tensor[] {
    return [...this.entries.values()].flatMap(({ key, value }) => [cacheTensor(key), cacheTensor(value)]);
  }

  /** The keys and values of an attention; undefined before its first step. */
  get(path: string): KeysAndValues | undefined {
    return this.entries.get(path);
  }

  /** Takes over the keys and values of an attention, and returns them. The caller disposes those it had before. */
  set(path: string, entry: KeysAndValues): KeysAndValues {
    for (const each of [entry.key, entry.value]) keep(cacheTensor(each));
    this.entries.set(path, entry);
    return entry;
  }

  /**
   * Replaces everything by the outputs of a replayed step, in the order of `tensors`, and frees the old tensors. An
   * empty object needs the `layout` too. Errors unless there are two tensors for each path.
   */
  replace(tensors: readonly Tensor[], layout: readonly CachedStateLayout[] = this.layout): void {
    if (tensors.length !== 2 * layout.length)
      throw new ResidualError('cache', `Cache: ${tensors.length} tensors cannot replace ${2 * layout.length}`);
    const old = this.tensors;
    this.entries.clear();
    for (const [i, { path, form, headDim, valueDim }] of layout.entries())
      this.set(path, {
        key: cacheOf(form, tensors[2 * i]!, headDim),
        value: cacheOf(form, tensors[2 * i + 1]!, valueDim),
      });
    for (const x of old) if (!tensors.includes(x)) x.dispose();
  }

  /** Replaces keys and values x by `make(x)`, and frees x. */
  update(make: (x: CacheTensor) => CacheTensor): void {
    for (const [path, old] of this.entries) {
      const { key, value } = old;
      this.set(
        path,
        tidy(() => ({ key: make(key), value: make(value) })),
      );
      dispose([key, value]);
    }
  }

  /** Frees all tensors; it is empty again. */
  dispose(): void {
    dispose(this.tensors);
    this.entries.clear();
  }
}
