import type { CachedStateLayout } from '@residual/attention';
import type { RecurrentStateLayout } from '@residual/layers';
import {
  cacheOf,
  clone,
  concat,
  dispose,
  expectInteger,
  expectOptions,
  keep,
  resizeCache,
  sliceAxis,
  type Tensor,
  tidy,
} from '@residual/tensor';
import type { CachedBatch } from './cached-batch.js';
import { fingerprintOf } from './captured-steps.js';
import { maxTokensPerPass as blockLength } from './prefill-or-step.js';

/** The options of a prefix cache. */
export interface PrefixCacheOptions {
  /** How many bytes of keys, values and states it holds at most. */
  readonly bytes: number;
}

/** Makes the prefix cache of a model from the function that returns its weights. Errors for options that do not fit. */
export function prefixCacheMaker(
  caller: string,
  options: PrefixCacheOptions,
): (weightsOf: () => unknown) => PrefixCache {
  expectOptions(`${caller}: prefixCache`, options, { bytes: 1 });
  expectInteger(caller, 'the bytes of prefixCache', options.bytes, { min: 1 });
  return weightsOf => new PrefixCache(options, weightsOf);
}

/** What the prompts that begin with the same tokens share: the keys and values of one pass of tokens. */
interface Block {
  readonly key: string;
  readonly number: number;
  /** The block before it; undefined for the first. */
  readonly parent: Block | undefined;
  /** How many blocks follow it. */
  children: number;
  readonly layout: readonly CachedStateLayout[];
  /** Keys and values of its positions, [1, kvHeads, blockLength, headDim | words], in the order of `layout`. */
  readonly keysAndValues: readonly Tensor[];
  readonly stateLayout: readonly RecurrentStateLayout[];
  /** The states of recurrent layers after it. */
  readonly states: readonly Tensor[];
  readonly bytes: number;
}

/**
 * The keys, values and states of the beginnings of prompts, in blocks of one pass of tokens, so that a prompt computes
 * only what follows the blocks with which it begins. A block was computed by the very passes that a prompt without the
 * cache would run, so that no text changes by a bit on cpu and wasm. Beyond `bytes`, the block that was used least
 * recently, and that none follows, is freed. `clear` frees all.
 */
export class PrefixCache {
  private readonly maxBytes: number;
  private readonly weightsOf: () => unknown;
  /** The weights with which the blocks were computed. */
  private fingerprint: readonly unknown[] = [];
  /** The blocks by their parent, form and tokens; the least recently used ones come first. */
  private readonly blocks = new Map<string, Block>();
  private count = 0;
  private held = 0;

  /** `weightsOf` returns the tree of weights; when it has changed, the blocks are freed. */
  constructor({ bytes }: PrefixCacheOptions, weightsOf: () => unknown) {
    this.maxBytes = bytes;
    this.weightsOf = weightsOf;
  }

  /** The bytes of all blocks. */
  get bytes(): number {
    return this.held;
  }

  /** Fills an empty batch of one sequence with the blocks with which its tokens begin. */
  fill(batch: CachedBatch, tokens: readonly number[]): void {
    this.syncWeights();
    const chain: Block[] = [];
    let usable = 0;
    // the last token is always computed: it gives the logits
    for (let end = blockLength; end < tokens.length; end += blockLength) {
      const block = this.blocks.get(keyOf(batch, chain.at(-1), tokens, end));
      if (!block) break;
      chain.push(block);
      if (block.stateLayout.length === 0 || block.states.length > 0) usable = chain.length;
    }
    const used = chain.slice(0, usable);
    for (const block of used) this.touch(block);
    const last = used.at(-1);
    if (!last) return;
    const { cache } = batch;
    const filled = used.length * blockLength;
    const capacity = cache.ensureCapacity(filled + 1); // of more than is filled, so that all tensors are copies
    const keysAndValues = tidy(() =>
      last.keysAndValues.map((_, i) => {
        const parts = used.map(block => block.keysAndValues[i]!);
        const joined = parts.length === 1 ? parts[0]! : concat(parts, 2);
        const { form, headDim, valueDim } = last.layout[i >> 1]!;
        const resized = resizeCache(cacheOf(form, joined, i % 2 ? valueDim : headDim), { filled, capacity });
        return 'words' in resized ? resized.words : resized;
      }),
    );
    cache.selfAttention.replace(keysAndValues, last.layout);
    if (last.states.length > 0)
      cache.recurrent.replace(
        tidy(() => last.states.map(clone)),
        last.stateLayout,
      );
    cache.length = filled;
  }

  /**
   * Keeps the blocks that a pass has computed: that of the positions from `from` on of one sequence with these tokens.
   */
  store(batch: CachedBatch, tokens: readonly number[], from: number): void {
    const { cache } = batch;
    if (from % blockLength !== 0 || cache.length - from < blockLength) return;
    this.syncWeights();
    let parent: Block | undefined;
    for (let end = blockLength; end <= cache.length; end += blockLength) {
      const key = keyOf(batch, parent, tokens, end);
      const existing = this.blocks.get(key);
      if (!existing && end <= from) return; // the blocks before it have gone
      parent = existing ?? this.add(key, parent, batch, end);
      this.touch(parent);
    }
    this.evict();
  }

  /** Frees all blocks. */
  clear(): void {
    for (const block of this.blocks.values()) dispose([block.keysAndValues, block.states]);
    this.blocks.clear();
    this.held = 0;
  }

  private add(key: string, parent: Block | undefined, { cache }: CachedBatch, end: number): Block {
    const { selfAttention, recurrent, length } = cache;
    const keysAndValues = tidy(() =>
      selfAttention.tensors.map(x => keep(clone(sliceAxis(x, 2, end - blockLength, blockLength)))),
    );
    const states = end === length ? tidy(() => recurrent.tensors.map(x => keep(clone(x)))) : [];
    const bytes = [...keysAndValues, ...states].reduce((sum, { size }) => sum + 4 * size, 0);
    const { layout } = selfAttention;
    this.count += 1;
    const shared = { layout, keysAndValues, stateLayout: recurrent.layout, states, bytes };
    const block = { key, number: this.count, parent, children: 0, ...shared };
    if (parent) parent.children += 1;
    this.blocks.set(key, block);
    this.held += bytes;
    return block;
  }

  /** Makes a block the most recently used one. */
  private touch(block: Block): void {
    this.blocks.delete(block.key);
    this.blocks.set(block.key, block);
  }

  private evict(): void {
    while (this.held > this.maxBytes) {
      const block = [...this.blocks.values()].find(({ children }) => children === 0)!;
      this.blocks.delete(block.key);
      dispose([block.keysAndValues, block.states]);
      this.held -= block.bytes;
      if (block.parent) block.parent.children -= 1;
    }
  }

  private syncWeights(): void {
    const now = fingerprintOf(this.weightsOf());
    const { fingerprint: before } = this;
    if (now.length !== before.length || now.some((value, i) => value !== before[i])) this.clear();
    this.fingerprint = now;
  }
}

/** The key of the block of the tokens up to `end`: which block is before it, how a cache holds it, and its tokens. */
function keyOf(batch: CachedBatch, parent: Block | undefined, tokens: readonly number[], end: number): string {
  return `${parent?.number ?? 0} ${batch.form} ${tokens.slice(end - blockLength, end).join()}`;
}
