import type { Heap } from '../heap.js';

/** The memory for intermediate results, which all plans of a backend share: one runs at a time. */
export class Arena {
  pointer = 0;
  private bytes = 0;
  private plans = 0;

  constructor(private readonly heap: Heap) {}

  /** Makes it large enough; its content is lost. Errors if the memory cannot grow further. */
  reserve(bytes: number): void {
    if (bytes <= this.bytes) return;
    this.empty();
    this.pointer = this.heap.allocate(bytes);
    this.bytes = bytes;
  }

  /** Counts a plan that uses it. */
  retain(): void {
    this.plans++;
  }

  /** Frees the memory after the last plan. */
  release(): void {
    if (--this.plans === 0) this.empty();
  }

  private empty(): void {
    if (this.bytes > 0) this.heap.free(this.pointer);
    this.pointer = this.bytes = 0;
  }
}

const arenas = /*#__PURE__*/ new WeakMap<Heap, Arena>();

/** The arena of a heap. */
export function arenaOf(heap: Heap): Arena {
  const arena = arenas.get(heap) ?? new Arena(heap);
  arenas.set(heap, arena);
  return arena;
}
