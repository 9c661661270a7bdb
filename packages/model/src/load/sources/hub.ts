import { httpSource } from '@residual/safetensors';
import { ResidualError, showValue } from '@residual/tensor';
import { hubEnvironment, openStore } from '#platform';
import { definedOptions } from '../../arguments.js';
import { ggufNameIn } from '../gguf/gguf-names.js';
import { type DownloadOptions, download, type RemoteFile } from './download.js';
import { type ModelFiles, namesIn } from './files.js';
import { guardedFetch } from './guarded-fetch.js';
import { expectSmall, maxListingBytes, readSmall } from './limits.js';
import { readAhead } from './read-ahead.js';
import type { Store } from './store.js';

/** The options of a hub with the API of Hugging Face. */
export interface HubOptions {
  /** The address of the hub; default `HF_ENDPOINT` (Node), else `https://huggingface.co`. */
  readonly endpoint?: string;
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string;
  /** The token for private repositories; default `HF_TOKEN` (Node). */
  readonly token?: string;
  /** Uses only stored files and no network; default `HF_HUB_OFFLINE` (Node). */
  readonly offline?: boolean;
  /** Where downloads are stored: a folder (Node) or a name in the browser's storage; false stores nothing. */
  readonly cache?: string | false;
  /** Milliseconds before the first retry of a failed download. */
  readonly retryDelay?: number;
  /** Milliseconds without a byte after which a request fails; default 60,000. */
  readonly stallTimeout?: number;
}

/** The options that environment variables may set. */
export type HubEnvironment = Pick<HubOptions, 'endpoint' | 'token' | 'offline'>;

/** The hub's listing of a repository at a revision. */
interface Repository {
  readonly commit: string;
  readonly files: readonly Omit<RemoteFile, 'url'>[];
}

/**
 * The files of a repository `owner/name`. The listing is requested once; each file is downloaded when it is first read,
 * resumed after a broken connection, and verified by the size and digest of the listing. Without a network, a stored
 * listing and stored files serve. `file` names the GGUF file of the model. Throws if the hub does not answer and
 * nothing is stored.
 */
export async function hubFiles(
  id: string,
  hub: HubOptions,
  { file, ...options }: { fetch: typeof globalThis.fetch; file?: string | undefined; signal?: AbortSignal | undefined },
): Promise<ModelFiles> {
  const {
    endpoint = 'https://huggingface.co',
    token,
    offline = false,
  } = { ...hubEnvironment(), ...definedOptions(hub) };
  const { revision = 'main', cache, retryDelay, stallTimeout } = hub;
  const base = endpoint.replace(/\/+$/, '');
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  let store = cache === false ? undefined : await openStore(cache);
  /**
   * Continues without the default folder if it cannot be used: full, read-only, or no folder. A folder that `cache`
   * names is an error.
   */
  const continueWithoutStore = (error: unknown): void => {
    if (cache !== undefined || !(ResidualError.is(error) && error.code === 'cache')) throw error;
    store = undefined;
  };
  const folder = `${new URL(base).host.replace(/[^\w.-]/g, '_')}/${id}`;
  // The hub redirects large files to other hosts.
  const fetch = offline ? refuseOffline : guardedFetch(options.fetch, { stallTimeout, otherHosts: true });
  const listing = { base, revision, folder, headers, ...options, fetch };
  const repository = await listRepository(id, { ...listing, store }).catch(error => {
    continueWithoutStore(error);
    return listRepository(id, { ...listing, store });
  });
  const origin = `${id} (${revision})`;
  const find = (name: string) => {
    const file = repository.files.find(each => each.name === name);
    const path = name.split('/').map(encodeURIComponent).join('/');
    return file && { ...file, url: `${base}/${id}/resolve/${repository.commit}/${path}` };
  };
  const settings: DownloadOptions = {
    ...options,
    fetch,
    headers,
    ...(retryDelay !== undefined && { retryDelay }),
  };
  const bytes: ModelFiles['bytes'] = async (name, { signal, onBytes, partly = false }) => {
    const file = find(name);
    if (!file) return undefined;
    const key = `${folder}/${repository.commit}/${name}`;
    if (partly) return (await store?.source(key)) ?? httpSource(file.url, { fetch, headers, signal });
    if (store) {
      try {
        return await download(store, key, file, { ...settings, signal, onBytes });
      } catch (error) {
        continueWithoutStore(error);
      }
    }
    return readAhead(await httpSource(file.url, { fetch, headers, signal }), { name, onBytes });
  };
  return {
    origin,
    bytes,
    list: async folder =>
      namesIn(
        folder,
        repository.files.map(({ name }) => name),
      ),
    gguf:
      file ??
      ggufNameIn(
        origin,
        repository.files.map(({ name }) => name),
      ),
    text: async (name, { signal }) => {
      expectSmall(origin, name, find(name)?.size ?? 0);
      const source = await bytes(name, { signal });
      return source && new TextDecoder().decode(await source.read(0, source.size, { signal }));
    },
  };
}

/** Replaces `fetch` while offline. */
async function refuseOffline(url: unknown): Promise<never> {
  throw new ResidualError('offline', `loadModel: ${url} is not stored, and nothing is downloaded while offline`);
}

/** The request for a listing, and the store that keeps it. */
interface ListingRequest {
  readonly base: string;
  readonly revision: string;
  readonly folder: string;
  readonly store: Store | undefined;
  readonly headers: Record<string, string>;
  readonly fetch: typeof globalThis.fetch;
  readonly signal?: AbortSignal | undefined;
}

/** The listing from the hub, kept in the store; the stored one if the hub does not answer. */
async function listRepository(
  id: string,
  { base, revision, folder, store, headers, fetch, signal }: ListingRequest,
): Promise<Repository> {
  const url = `${base}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const key = `${folder}/refs/${encodeURIComponent(revision)}.json`;
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: signal ?? null });
    if (response.status >= 500) throw new Error(`status ${response.status}`);
  } catch (cause) {
    signal?.throwIfAborted();
    const listing = await store?.readText(key);
    if (listing !== undefined) return repositoryOf(url, listing);
    if (ResidualError.is(cause)) throw cause;
    throw new ResidualError(
      'hub',
      `loadModel: ${base} does not answer (${(cause as Error).message}) and ${id} is not stored`,
      { cause },
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    const hint = response.status === 401 || response.status === 403 ? '; it may need a token' : '';
    throw new ResidualError(
      'hub',
      `loadModel: ${base} has no model ${id} at ${revision}: status ${response.status}${hint}`,
    );
  }
  const bytes = await readSmall(base, `the list of ${id}`, response.body ?? new Blob().stream(), {
    maxBytes: maxListingBytes,
    signal,
  });
  const text = new TextDecoder().decode(bytes);
  const repository = repositoryOf(url, text);
  if (store && (await store.readText(key)) !== text) await store.writeText(key, text); // the store may be read-only
  return repository;
}

/** Parses a listing. Throws if it lacks a commit, sizes or digests, or names a path outside its folder. */
export function repositoryOf(url: string, text: string): Repository {
  const fail = (what: string): never => {
    throw new ResidualError('hub', `loadModel: the answer of ${url} ${what}`);
  };
  let answer: { sha?: unknown; siblings?: unknown } | null;
  try {
    answer = JSON.parse(text);
  } catch {
    return fail('is not JSON');
  }
  const { sha, siblings } = answer ?? {};
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) return fail(`names no commit (sha is ${showValue(sha)})`);
  if (!Array.isArray(siblings)) return fail('lists no files');
  const files = siblings.map(sibling => {
    const { rfilename: name, size, blobId, lfs } = sibling ?? {};
    const digest = lfs
      ? { kind: 'sha256' as const, hex: lfs.sha256 ?? lfs.oid }
      : { kind: 'git' as const, hex: blobId };
    const isComplete =
      typeof name === 'string' &&
      Number.isSafeInteger(size) &&
      size >= 0 &&
      typeof digest.hex === 'string' &&
      (digest.kind === 'git' ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{64}$/).test(digest.hex);
    if (!isComplete) return fail(`describes ${showValue(name)} without size and digest`);
    const isInside = name.split('/').every(step => step !== '' && !/^\.\.?$|[\\\0]/.test(step));
    return isInside ? { name, size, digest } : fail(`lists ${showValue(name)}, which is not a path inside its folder`);
  });
  return { commit: sha, files };
}
