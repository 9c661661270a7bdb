import {
  emojiClip as bundledModel,
  emojiPictures as bundledPictures,
  type CheckpointFile,
  type PictureFile,
} from './index.js';

export type { CheckpointFile, PictureFile } from './index.js';

/** The URL of this module, also in the bundle of a server. */
const moduleUrl = import.meta.url;

/**
 * The `file:` URLs of the files of a folder. The bundle of a server may contain paths within the site instead, which
 * Node cannot read; then they are the URLs of the files next to this module.
 */
const resolveFiles = <File extends string>(folder: string, files: Readonly<Record<File, URL>>) =>
  Object.fromEntries(
    Object.entries<URL>(files).map(([name, url]) => [
      name,
      url.protocol === 'file:' ? url : new URL(moduleUrl.replace(/[^/]+\/[^/]+$/, `${folder}/${name}`)),
    ]),
  ) as Record<File, URL>;

/** The URLs of the checkpoint's files by name, all of them `file:` URLs. */
export const emojiClip: Readonly<Record<CheckpointFile, URL>> = /* @__PURE__ */ resolveFiles('model', bundledModel);

/** The URLs of the files with the pictures by name, all of them `file:` URLs. */
export const emojiPictures: Readonly<Record<PictureFile, URL>> = /* @__PURE__ */ resolveFiles('data', bundledPictures);
