import { dispose, keep, ResidualError, type Tensor, tidy } from '@residual/tensor';

/** Keys and values of one attention, each [batch, kvHeads, keyLen, headDim]. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
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

  /** All keys and values in the order of `paths`: key, value, key, value, ... */
  get tensors(): readonly Tensor[] {
    return [...this.entries.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** The keys and values of an attention; undefined before its first step. */
  get(path: string): KeysAndValues | undefined {
    return this.entries.get(path);
  }

  /** Takes over the keys and values of an attention, and returns them. The caller disposes those it had before. */
  set(path: string, { key, value }: KeysAndValues): KeysAndValues {
    const entry = { key: keep(key), value: keep(value) };
    this.entries.set(path, entry);
    return entry;
  }

  /**
   * Replaces everything by the outputs of a replayed step, in the order of `tensors`, and frees the old tensors. An
   * empty object needs the `paths` too. Errors unless there are two tensors for each path.
   */
  replace(tensors: readonly Tensor[], paths: readonly string[] = this.paths): void {
    if (tensors.length !== 2 * paths.length)
      throw new ResidualError('cache', `Cache: ${tensors.length} tensors cannot replace ${2 * paths.length}`);
    const old = this.tensors;
    this.entries.clear();
    for (const [i, path] of paths.entries()) this.set(path, { key: tensors[2 * i]!, value: tensors[2 * i + 1]! });
    for (const x of old) if (!tensors.includes(x)) x.dispose();
  }

  /** Replaces each tensor x by `make(x)`, and frees x. */
  update(make: (x: Tensor) => Tensor): void {
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
