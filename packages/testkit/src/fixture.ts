/**
 * The bytes of a file of the repository, from disk in Node and from the test server in a browser. `path` is relative to
 * the root: `packages/model-stories/model/config.json`. Throws if the file does not exist.
 */
export const repositoryFile = async (path: string): Promise<Uint8Array> => {
  if (typeof window === 'undefined') {
    const { readFile } = await import('node:fs/promises');
    return new Uint8Array(await readFile(new URL(`../../../${path}`, import.meta.url)));
  }
  const response = await fetch(`/${path}`, { headers: { accept: 'application/octet-stream' } });
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  if (!response.ok || isPage) throw new Error(`${path} is not there (status ${response.status})`);
  return new Uint8Array(await response.arrayBuffer());
};

/** The bytes of a file under `/fixtures`; `path` is relative to that folder: `checkpoints/gpt2/model.safetensors`. */
export const fixture = (path: string): Promise<Uint8Array> => repositoryFile(`fixtures/${path}`);

/** A JSON file under `/fixtures`, parsed. The caller states its type. */
export const fixtureJson = async <T = unknown>(path: string): Promise<T> =>
  JSON.parse(new TextDecoder().decode(await fixture(path))) as T;
