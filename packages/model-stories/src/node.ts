import { stories as bundled, type CheckpointFile } from './index.js';

export type { CheckpointFile } from './index.js';

/** The URL of this module, also within the bundle of a server. */
const here = import.meta.url;

/** The `file:` URL of a file. The bundle of a server may hold an address within the site instead, which Node cannot read: then the file beside this module. */
const located = ([name, url]: [string, URL]): [string, URL] => [
  name,
  url.protocol === 'file:' ? url : new URL(here.replace(/[^/]+\/[^/]+$/, `model/${name}`)),
];

/** The URLs of the checkpoint's files by name, all of them `file:` URLs. */
export const stories: Readonly<Record<CheckpointFile, URL>> = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ Object.entries(bundled).map(located),
) as Record<CheckpointFile, URL>;
