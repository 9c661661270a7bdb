import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { pixels } from './texture.js';

type Manager = ReturnType<MathBackendWebGL['getTextureManager']>;

/** The private state of the texture pool of tfjs. */
interface TfjsTexturePool {
  freeTextures: Record<string, { texture: WebGLTexture }[]>;
  numFreeTextures: number;
  _numBytesFree: number;
  _numBytesAllocated: number;
}

/** Free textures up to this many bytes are never deleted. */
const maxFreeBytes = 64 * 2 ** 20;

/** Textures that are unused for this many milliseconds are deleted. */
const idleTime = 1000;

/**
 * Frees video memory. tfjs keeps every texture for reuse; this pool deletes free textures beyond 64 MB that were unused
 * for a second. A working set that is used repeatedly stays, however large it is.
 */
export class TexturePool {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private minFreeBytes = 0;

  constructor(
    private readonly manager: Manager,
    private readonly deleteTexture: (texture: WebGLTexture) => void,
  ) {
    const acquire = manager.acquireTexture.bind(manager);
    const release = manager.releaseTexture.bind(manager);
    // With four bytes in a texel no texture is packed, and tfjs would count a quarter of its bytes.
    const isPackedUsage = (usage: number, isPacked: boolean) => isPacked && usage !== pixels;
    manager.acquireTexture = (shape, usage, isPacked) => {
      const texture = acquire(shape, usage, isPackedUsage(usage, isPacked));
      this.minFreeBytes = Math.min(this.minFreeBytes, manager.numBytesFree);
      return texture;
    };
    manager.releaseTexture = (texture, shape, usage, isPacked) => {
      release(texture, shape, usage, isPackedUsage(usage, isPacked));
      this.watch();
    };
  }

  /** Stops deleting textures. */
  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private watch(): void {
    if (this.timer !== undefined || this.manager.numBytesFree <= maxFreeBytes) return;
    this.minFreeBytes = this.manager.numBytesFree;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.minFreeBytes > maxFreeBytes) this.deleteFree();
      else this.watch();
    }, idleTime);
  }

  private deleteFree(): void {
    const pool = this.manager as unknown as TfjsTexturePool;
    for (const textures of Object.values(pool.freeTextures)) {
      for (const { texture } of textures) this.deleteTexture(texture);
    }
    pool._numBytesAllocated -= pool._numBytesFree;
    pool._numBytesFree = 0;
    pool.numFreeTextures = 0;
    pool.freeTextures = {};
  }
}
