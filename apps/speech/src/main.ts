import {
  attempt,
  backendOptions,
  byId,
  formOptions,
  loadingView,
  loadOnce,
  on,
  onFiles,
  reportIgnoredSettings,
  settingsFold,
  wireCopyLink,
  wireTabs,
} from '@residual/appkit';
import { readControls, set, share, writeControls } from './controls.js';
import { openListening } from './listening.js';
import { address, parts } from './settings.js';
import { readFile } from './sound.js';
import { speakView } from './voice/speak-view.js';
import { voiceSession } from './voice/voice-session.js';

byId('weights').replaceChildren(...formOptions());
writeControls(address.settingsFrom(location.hash));
addEventListener('hashchange', () => writeControls(address.settingsFrom(location.hash)));
const saySettings = settingsFold('settings', () => {
  const { backend, weights } = readControls();
  return [backend, weights].filter(value => value !== 'auto').join(', ');
});
saySettings();
for (const id of ['backend', 'weights'])
  on(id, 'change', () => {
    share();
    saySettings();
  });

const voiceLoading = loadingView('voice-loading');
const voice = voiceSession(voiceLoading.download, worker => {
  const { backend } = readControls();
  byId('backend').replaceChildren(...backendOptions(worker));
  writeControls({ backend });
  reportIgnoredSettings(address);
});
const listening = loadOnce(() => openListening({ voice, voiceLoading, saySettings }));
const speaking = speakView(voice, voiceLoading);

/** Opens the half that is shown; what it needs is loaded once it is used. */
const enter = () =>
  attempt(async () => {
    const { part } = readControls();
    if (part === 'listen') {
      await speaking.stop();
      await listening();
    } else byId('main').dataset.state = 'ready';
  });
wireTabs(
  parts,
  name => {
    set({ part: name as (typeof parts)[number] });
    void enter();
  },
  () => readControls().part,
);
addEventListener('hashchange', enter);
onFiles('files', async ([file]) => {
  if (!file) return;
  if (readControls().part !== 'listen') byId('tab-listen').click();
  const sound = await readFile(file);
  await (await listening()).show(sound);
});
wireCopyLink('copied');
void enter();
