import '@residual/backend-wasm';
import '@residual/backend-webgl';
import { type Port, serveModels } from '@residual/model/worker';

if (await hasWebGpu()) await import('@residual/backend-webgpu');
/** The types of a page are in force here, whose `postMessage` also names an origin; a worker's does not. */
const port = self as unknown as Port;
serveModels(port);
port.postMessage({ ready: true, softwareGraphics: softwareGraphics() });

/** Whether there is not only the interface but also a card, or a driver that takes its place. */
async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  return (await gpu?.requestAdapter().catch(() => null)) != null;
}

/** Whether WebGL is missing here or only simulated on the processor, where WebAssembly is faster. */
function softwareGraphics(): boolean {
  const context = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!context) return true;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = names ? String(context.getParameter(names.UNMASKED_RENDERER_WEBGL)) : '';
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer);
}
