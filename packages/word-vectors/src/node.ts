import { englishWords as bundled, type TableFile } from './index.js';

export type { TableFile } from './index.js';

/** The URL of this module, also within the bundle of a server. */
const moduleUrl = import.meta.url;

/** The `file:` URL of a file. The bundle of a server may hold an address within the site instead, which Node cannot read: then the file beside this module. */
const resolveFile = ([name, url]: [string, URL]): [string, URL] => [
  name,
  url.protocol === 'file:' ? url : new URL(moduleUrl.replace(/[^/]+\/[^/]+$/, `data/${name}`)),
];

/** The URLs of the table's files by name, all of them `file:` URLs. */
export const englishWords: Readonly<Record<TableFile, URL>> = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ Object.entries(bundled).map(resolveFile),
) as Record<TableFile, URL>;
