/** Waits until a worker reports that it is ready, and returns its report. Errors if it does not start. */
export function whenReady<Said>(worker: Worker): Promise<Said> {
  const listening = new AbortController();
  const { signal } = listening;
  return new Promise<Said>((resolve, reject) => {
    const failed = (event: ErrorEvent) => reject(new Error(`The worker did not start: ${event.message}`));
    const heard = ({ data }: MessageEvent<{ ready?: Said } | undefined>) => {
      if (data?.ready) resolve(data.ready);
    };
    worker.addEventListener('error', failed, { signal });
    worker.addEventListener('message', heard, { signal });
  }).finally(() => listening.abort());
}

/** Selects a backend by name and returns its name; `auto` is WebGL with a real graphics card, else WebAssembly. */
export async function selectBackend(
  name: string,
  hasSoftwareGraphics: () => boolean,
  use: (backend: string) => Promise<void>,
): Promise<string> {
  const select = async (backend: string) => {
    await use(backend);
    return backend;
  };
  if (name !== 'auto') return select(name);
  return hasSoftwareGraphics() ? select('wasm') : select('webgl').catch(() => select('wasm'));
}
