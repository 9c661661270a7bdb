import { voiceEn as bundled, type VoiceFile } from './index.js';

export type { VoiceFile } from './index.js';

/** The URL of this module, also in the bundle of a server. */
const moduleUrl = import.meta.url;

/**
 * The `file:` URL of a file. The bundle of a server may contain a path within the site instead, which Node cannot read;
 * then it is the URL of the file next to this module.
 */
const resolveFile = ([name, url]: [string, URL]): [string, URL] => [
  name,
  url.protocol === 'file:' ? url : new URL(moduleUrl.replace(/[^/]+\/[^/]+$/, `model/${name}`)),
];

/** The URLs of the voice's files by name, all of them `file:` URLs. */
export const voiceEn: Readonly<Record<VoiceFile, URL>> = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ Object.entries(bundled).map(resolveFile),
) as Record<VoiceFile, URL>;
