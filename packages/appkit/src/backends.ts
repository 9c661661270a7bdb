import '@residual/backend-wasm';
import '@residual/backend-webgl';

/** Registers WebGPU in addition to WebAssembly and WebGL, if the browser has an adapter. */
export async function registerWebGpu(): Promise<void> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (adapter != null) await import('@residual/backend-webgpu');
}

/** Whether WebGL is missing or runs in software, so that WebAssembly is faster. */
export function hasSoftwareGraphics(): boolean {
  const context = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!context) return true;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = names ? String(context.getParameter(names.UNMASKED_RENDERER_WEBGL)) : '';
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer);
}
