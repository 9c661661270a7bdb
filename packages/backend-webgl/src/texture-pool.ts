import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';

type Manager = ReturnType<MathBackendWebGL['getTextureManager']>;

/** What the pool of tfjs keeps; its types call it private. */
interface TfjsTexturePool {
  freeTextures: Record<string, { texture: WebGLTexture }[]>;
  numFreeTextures: number;
  _numBytesFree: number;
  _numBytesAllocated: number;
}

/** Free textures of so many bytes may stay for good. */
const maxFreeBytes = 64 * 2 ** 20;

/** Milliseconds for which textures must lie unused before they go. */
const idleTime = 1000;

/**
 * Gives video memory back. tfjs keeps every texture for reuse and returns none; here what lay unused for a second, beyond 64 MB, is deleted. A working
 * set that is used again and again stays, however large.
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
    manager.acquireTexture = (...request) => {
      const texture = acquire(...request);
      this.minFreeBytes = Math.min(this.minFreeBytes, manager.numBytesFree);
      return texture;
    };
    manager.releaseTexture = (...released) => {
      release(...released);
      this.watch();
    };
  }

  /** Stops watching; nothing is deleted any more. */
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
    const kept = this.manager as unknown as TfjsTexturePool;
    for (const textures of Object.values(kept.freeTextures)) {
      for (const { texture } of textures) this.deleteTexture(texture);
    }
    kept._numBytesAllocated -= kept._numBytesFree;
    kept._numBytesFree = 0;
    kept.numFreeTextures = 0;
    kept.freeTextures = {};
  }
}
