import '@residual/backend-wasm';
import '@residual/backend-webgl';
import { type Port, serveModels } from '@residual/model/worker';

if ('gpu' in navigator) await import('@residual/backend-webgpu');
/** The types of a page are in force here, whose `postMessage` also names an origin; a worker's does not. */
const port = self as unknown as Port;
serveModels(port);
port.postMessage({ ready: true, softwareGraphics: softwareGraphics() });

/** Whether WebGL is missing here or only simulated on the processor, where WebAssembly is faster. */
function softwareGraphics(): boolean {
  const context = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!context) return true;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = names ? String(context.getParameter(names.UNMASKED_RENDERER_WEBGL)) : '';
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer);
}
